/** Sizes and times as every page writes them. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Writes a size in bytes with at most three digits: `4 GiB`, `1.5 GiB`, `512 MiB`. */
export function formatBytes(bytes: number): string {
	const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
	const value = bytes / 1024 ** power;
	const digits = value >= 100 || Number.isInteger(value) ? 0 : value >= 10 ? 1 : 2;
	return `${Number(value.toFixed(digits))} ${UNITS[power]}`;
}

const STEPS: [seconds: number, unit: string][] = [
	[86_400, 'd'],
	[3600, 'h'],
	[60, 'min'],
	[1, 's'],
];

/** Writes a length of time in seconds by its largest unit: `3 d`, `12 min`, `4 s`. */
export function formatDuration(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [length, unit] = STEPS.find(([step]) => whole >= step) ?? [1, 's'];
	return `${Math.floor(whole / length)} ${unit}`;
}

const dateAndTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Writes a time given in seconds since the epoch in the reader's language and zone. */
export function formatTime(seconds: number): string {
	return dateAndTime.format(seconds * 1000);
}

/** `1 VM`, `3 VMs`; numbers of many digits are grouped. */
export function count(number: number, one: string, many = `${one}s`): string {
	return `${formatNumber(number)} ${number === 1 ? one : many}`;
}

const grouped = new Intl.NumberFormat('en', { useGrouping: true });

export function formatNumber(number: number): string {
	return grouped.format(number).replaceAll(',', '\u202f');
}
