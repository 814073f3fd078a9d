import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { withTexts } from '../i18n';
import { Message } from '../ui/Message';
import { Spinner } from '../ui/Plain';
import type { Noun } from './noun';

const NothingHere = lazy(() => withTexts(import('./NothingHere')));

export interface NothingProps {
	noun: Noun;
	/** Whether only what belongs to one object is listed. */
	scoped?: boolean;
	filtered: boolean;
	/** Why the server does not show the list. */
	error: string | undefined;
	onClear: () => void;
}

/** What stands in the place of rows; `known` says that it is known that there are none. */
export function Nothing({ known, ...props }: NothingProps & { known: boolean }) {
	const { t } = useTranslation();
	const reading = (
		<Message title={t('list.reading')}>
			<Spinner />
		</Message>
	);
	if (!known && props.error === undefined) return reading;
	return (
		<Suspense fallback={reading}>
			<NothingHere {...props} />
		</Suspense>
	);
}
