import type { Role } from '../../platform/types';

/** The rooms of the window, in the order of their keys Alt+1 … */
export const rooms = ['bench', 'review', 'find', 'sync', 'devices', 'settings', 'help'] as const;
export type Room = (typeof rooms)[number];

const forEveryone: Room[] = ['bench', 'sync', 'devices', 'settings', 'help'];

/** Rooms that a role may enter; `null` is nobody signed in. The bench checks rights again. */
export function roomsFor(role: Role | null): Room[] {
  if (role === null) return ['bench', 'settings', 'help'];
  return role === 'SUPERVISOR' ? [...rooms] : forEveryone;
}
