/** How interfaces of a bond share the work, in XAPI's words. */
export const MODES = ['balance-slb', 'active-backup', 'lacp'] as const;
export type Mode = (typeof MODES)[number];
