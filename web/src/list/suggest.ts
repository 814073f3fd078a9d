/** What the last word of a filter could become: a property, or a value of one with how many objects have it. */
import type { Counts } from '../live/view';
import type { Suggestion } from '../table/FilterBox';
import { formatNumber } from '../ui/format';
import type { Noun } from './noun';

const MOST = 10;

export function suggest(
	text: string,
	noun: Pick<Noun, 'facets' | 'properties'>,
	counts: Readonly<Record<string, Counts | null>>,
	saved: readonly { name: string; filter: string }[],
	label: (key: Noun['facets'][number]['label']) => string,
): Suggestion[] {
	const [, before = '', word = ''] = /^([\s\S]*?)([^\s()|!]*)$/.exec(text) ?? [];
	const [property, value] = word.split(':', 2);
	if (property !== undefined && value !== undefined) {
		return Object.entries(counts[property] ?? {})
			.filter(([found]) => found !== '' && found.toLowerCase().includes(value.replaceAll('"', '').toLowerCase()))
			.sort(([, a], [, b]) => b - a)
			.slice(0, MOST)
			.map(([found, count]) => ({
				text: `${before}${property}:${quoted(found)} `,
				label: found,
				hint: formatNumber(count),
			}));
	}
	const starts = (name: string) => name.toLowerCase().startsWith(word.toLowerCase());
	const facets = noun.facets.filter(({ property }) => starts(property));
	const others = noun.properties.filter(
		(name) => starts(name) && word !== '' && !facets.some((facet) => facet.property === name),
	);
	const kept = text === '' ? saved : [];
	return [
		...kept.map(({ name, filter }) => ({ text: filter, label: name, hint: filter })),
		...facets.map((facet) => ({
			text: `${before}${facet.property}:`,
			label: `${facet.property}:`,
			hint: label(facet.label),
		})),
		...others.map((name) => ({ text: `${before}${name}:`, label: `${name}:` })),
	].slice(0, MOST);
}

function quoted(value: string): string {
	return /^[\w.-]+$/.test(value) && Number.isNaN(Number(value)) ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}
