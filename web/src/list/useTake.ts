/** Drags the rows of a list: the selection where the row is of it, else the row alone. */
import { type DragEvent, useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Row } from '../live/view';
import type { Selection } from '../table/selection';
import { take } from './held';
import type { Noun } from './noun';
import { rowsTarget, subject, type Target } from './target';

export function useTake(noun: Noun, selection: Selection, target: Target) {
	const { t } = useTranslation();
	const begin = useCallback(
		(row: Row, event: DragEvent) => {
			const taken = selection.has(row.id) ? target : rowsTarget([row]);
			const label = subject(taken, noun, (count) => t(noun.counted, { count }));
			take(event, taken, label);
		},
		[selection, target, noun, t],
	);
	return noun.drags === true ? begin : undefined;
}
