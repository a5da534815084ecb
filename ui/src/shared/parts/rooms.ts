import type { Role } from '../../platform/types';

/** The rooms of the window, in the order of the bar. */
export const rooms = [
  'bench',
  'review',
  'containers',
  'find',
  'insights',
  'sync',
  'devices',
  'settings',
  'help',
] as const;
export type Room = (typeof rooms)[number];

/** The digit that opens a room together with Alt. A room keeps its key when another comes between. */
export const roomKeys: Record<Room, number> = {
  bench: 1,
  review: 2,
  find: 3,
  sync: 4,
  devices: 5,
  settings: 6,
  help: 7,
  containers: 8,
  insights: 9,
};

const forEveryone: Room[] = ['bench', 'review', 'containers', 'sync', 'devices', 'settings', 'help'];

/** Rooms that a role may enter; `null` is nobody signed in. The bench checks rights again. */
export function roomsFor(role: Role | null): Room[] {
  if (role === null) return ['bench', 'settings', 'help'];
  return role === 'SUPERVISOR' || role === 'HEAD_OFFICE' ? [...rooms] : forEveryone;
}
