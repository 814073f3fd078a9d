/** Numbers, sizes and times as every page writes them, in the language of the pages. */
import i18next from 'i18next';

function language(): string {
	return i18next.language ?? 'en';
}

const made = new Map<string, Intl.NumberFormat>();

/** A format of that name in the language of the pages; made once, as lists write thousands of numbers. */
function numbers(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
	const key = `${language()} ${name}`;
	const known = made.get(key);
	if (known !== undefined) return known;
	const format = new Intl.NumberFormat(language(), options);
	made.set(key, format);
	return format;
}

const UNITS: Record<string, readonly string[]> = {
	en: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'],
	fr: ['o', 'Kio', 'Mio', 'Gio', 'Tio', 'Pio'],
};

function units(): readonly string[] {
	return UNITS[language()] ?? UNITS.en ?? [];
}

/** The unit of 1024^`power` bytes: `GiB` for 3. */
export function bytesUnit(power: number): string {
	return units()[power] ?? '';
}

/** Writes a size in bytes with at most three digits: `4 GiB`, `1.5 GiB`, `512 MiB`. */
export function formatBytes(bytes: number): string {
	const power = bytes < 1 ? 0 : Math.min(units().length - 1, Math.floor(Math.log2(bytes) / 10));
	const value = bytes / 1024 ** power;
	const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
	return `${numbers(`bytes ${digits}`, { maximumFractionDigits: digits, useGrouping: false }).format(value)} ${bytesUnit(power)}`;
}

const STEPS: [seconds: number, unit: string][] = [
	[86_400, 'day'],
	[3600, 'hour'],
	[60, 'minute'],
	[1, 'second'],
];

/** Writes a length of time in seconds by its largest unit: `3 days`, `12 min`, `4 sec`. */
export function formatDuration(seconds: number): string {
	const whole = Math.max(0, Math.floor(seconds));
	const [length, unit] = STEPS.find(([step]) => whole >= step) ?? [1, 'second'];
	return numbers(unit, { style: 'unit', unit, unitDisplay: 'short' }).format(Math.floor(whole / length));
}

let times: [language: string, format: Intl.DateTimeFormat] | undefined;

/** Writes a time given in seconds since the epoch in the reader's language and zone. */
export function formatTime(seconds: number): string {
	if (times?.[0] !== language()) {
		times = [language(), new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'short' })];
	}
	return times[1].format(seconds * 1000);
}

export function formatNumber(number: number): string {
	return numbers('number', {}).format(number);
}

/** Writes a share of 1: `42%`, `42 %`. */
export function formatPercent(share: number): string {
	return numbers('percent', { style: 'percent', maximumFractionDigits: 0 }).format(share);
}
