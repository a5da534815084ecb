/** Line icons on a 24 × 24 grid. */
export const icons = {
  person: 'M12 12a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM3.5 21c0-8 17-8 17 0',
  online: 'M12 20v-6M5 14a7 7 0 0 1 14 0M1.5 10.5a11 11 0 0 1 21 0',
  offline: 'M12 20v-6M5 14a7 7 0 0 1 14 0M3 3l18 18',
  up: 'M12 20V5M5 11.5 12 4.5l7 7',
  scanner: 'M3 8V4h4M17 4h4v4M21 16v4h-4M7 20H3v-4M7 9v6M11 9v6M14 9v6M17 9v6',
  camera: 'M3 7h4l2-3h6l2 3h4v13H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  printer: 'M7 8V3h10v5M7 17H3V8h18v9h-4M7 14h10v7H7z',
  disk: 'M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0',
  tick: 'M4 12.5 9.5 18 20 6.5',
  plus: 'M12 4v16M4 12h16',
  warning: 'M12 3 22.5 21h-21zM12 10v5M12 17.6v.9',
  lock: 'M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4',
  cross: 'M5 5l14 14M19 5 5 19',
  ring: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17z',
  eye: 'M2 12c5-8 15-8 20 0-5 8-15 8-20 0zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
} as const;

export type IconName = keyof typeof icons;
