/** The line below the filter: how many there are of each value, or what can be done to what is selected. */
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import type { Counts } from '../live/view';
import { Chips } from './Chips';
import { Facets } from './Facets';
import css from './ListPage.module.css';
import type { Action, Noun } from './noun';
import type { Target } from './target';

const SelectionActions = lazy(() => withTexts(import('./SelectionActions')));

interface ToolsProps {
	noun: Noun;
	chosen: number;
	target: Target;
	counts: Readonly<Record<string, Counts | null>>;
	text: string;
	onText: (text: string) => void;
	onClear: () => void;
	run: (action: Action, target: Target) => void;
	blocked: string | undefined;
	narrow: boolean;
}

export function Tools({ noun, chosen, target, counts, text, onText, onClear, run, blocked, narrow }: ToolsProps) {
	const { t } = useTranslation();
	const inline = noun.facets.find((facet) => facet.inline === true);
	if (chosen === 0) {
		return (
			<div className={css.tools}>
				{inline !== undefined && (
					<Facets counts={counts[inline.property]} facet={inline} onChange={onText} text={text} />
				)}
				<Chips onChange={onText} text={text} />
			</div>
		);
	}
	return (
		<div className={css.tools}>
			<section aria-label={t('list.selected')} className={css.selected}>
				<button className={css.clear} onClick={onClear} title={t('list.selectNone')} type="button">
					{t('list.nSelected', { count: chosen })} <span aria-hidden="true">×</span>
				</button>
				<Suspense>
					<SelectionActions blocked={blocked} narrow={narrow} noun={noun} run={run} target={target} />
				</Suspense>
			</section>
		</div>
	);
}
