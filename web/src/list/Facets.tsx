import { useTranslation } from 'react-i18next';
import { readTerm, withTerm } from '../filter/terms';
import type { Counts } from '../live/view';
import { formatNumber } from '../ui/format';
import css from './Facets.module.css';
import type { Facet } from './noun';

/** Values that stand beside each other; more are found by the filter. */
const SHOWN = 8;

interface FacetsProps {
	facet: Facet;
	counts: Counts | null | undefined;
	text: string;
	onChange: (text: string) => void;
}

/** How many objects have each value; a click asks the filter for one of them. */
export function Facets({ facet, counts, text, onChange }: FacetsProps) {
	const { t } = useTranslation();
	const { property, label, Value } = facet;
	const chosen = readTerm(text, property)?.toLowerCase();
	const values = Object.entries(counts ?? {})
		.sort(([, a], [, b]) => b - a)
		.slice(0, SHOWN)
		.map(([value]) => value);
	if (values.length < 2 && chosen === undefined) return <ul className={css.facets} />;
	return (
		<ul aria-label={t('list.by', { label: t(label) })} className={css.facets}>
			{values.map((value) => {
				const isChosen = chosen === value.toLowerCase();
				return (
					<li key={value}>
						<button
							aria-pressed={isChosen}
							onClick={() => onChange(withTerm(text, property, isChosen ? undefined : value))}
							type="button"
						>
							{Value === undefined ? value : <Value value={value} />} <span>{formatNumber(counts?.[value] ?? 0)}</span>
						</button>
					</li>
				);
			})}
		</ul>
	);
}
