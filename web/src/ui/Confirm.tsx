import { createContext, lazy, type ReactNode, Suspense, useCallback, useContext, useState } from 'react';
import { withTexts } from '../i18n';

const ConfirmDialog = lazy(() => withTexts(import('./ConfirmDialog')));

export interface Question {
	title: string;
	/** What happens, and to what. */
	body: ReactNode;
	/** The button that does it, as a verb. */
	action: string;
	/** Nothing brings back what it takes away. */
	destroys: boolean;
	/** What has to be typed before the button acts, for what concerns many. */
	type?: string;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(() => Promise.resolve(false));

/** Asks a question in a dialog; resolves to whether the person went ahead. */
export function useConfirm(): Ask {
	return useContext(ConfirmContext);
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
	const [asked, setAsked] = useState<{ question: Question; answer: (yes: boolean) => void }>();
	const ask = useCallback<Ask>((question) => new Promise((answer) => setAsked({ question, answer })), []);
	return (
		<ConfirmContext value={ask}>
			{children}
			{asked !== undefined && (
				<Suspense>
					<ConfirmDialog {...asked} onClose={() => setAsked(undefined)} />
				</Suspense>
			)}
		</ConfirmContext>
	);
}
