/** Values of charts in words, and moments on their scales, in the language of the pages. */
import i18next from 'i18next';
import { formatBytes, formatPercent } from '../ui/format';
import type { Unit } from './series';

function number(value: number): string {
	const size = Math.abs(value);
	const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
	return new Intl.NumberFormat(i18next.language, { maximumFractionDigits: digits }).format(value);
}

const WORDS: Record<Unit, (value: number) => string> = {
	percent: (value) =>
		new Intl.NumberFormat(i18next.language, {
			style: 'percent',
			maximumFractionDigits: value !== 0 && value < 10 ? 1 : 0,
		}).format(value / 100),
	bytes: formatBytes,
	bytesPerSecond: (value) => `${formatBytes(value)}/s`,
	perSecond: (value) => `${number(value)}/s`,
	milliseconds: (value) =>
		new Intl.NumberFormat(i18next.language, {
			style: 'unit',
			unit: 'millisecond',
			maximumFractionDigits: value < 10 ? 2 : 0,
		}).format(value),
	share: formatPercent,
	number,
};

export function inWords(unit: Unit, value: number | null | undefined): string {
	return value === null || value === undefined ? '–' : WORDS[unit](value);
}

/** A moment, as exact as the distance of values allows. */
export function momentInWords(time: number, step: number): string {
	const options: Intl.DateTimeFormatOptions =
		step >= 86_400
			? { dateStyle: 'medium' }
			: step >= 3600
				? { weekday: 'short', day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }
				: { hour: 'numeric', minute: '2-digit', second: step < 60 ? '2-digit' : undefined };
	return new Intl.DateTimeFormat(i18next.language, options).format(time * 1000);
}

/** The marks of a scale of time, which are `distance` seconds apart. */
export function marks(times: readonly number[], distance: number): string[] {
	const [day, clock, seconds] = [
		new Intl.DateTimeFormat(i18next.language, { day: 'numeric', month: 'short' }),
		new Intl.DateTimeFormat(i18next.language, { hour: 'numeric', minute: '2-digit' }),
		new Intl.DateTimeFormat(i18next.language, { hour: 'numeric', minute: '2-digit', second: '2-digit' }),
	];
	return times.map((time) => {
		const date = new Date(time * 1000);
		const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
		if (distance >= 86_400 || (isMidnight && distance >= 3600)) return day.format(date);
		return (distance >= 60 ? clock : seconds).format(date);
	});
}
