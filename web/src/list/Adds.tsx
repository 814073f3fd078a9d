/** The buttons beside a list that make one more. */
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOpenPage } from '../app/PageLink';
import css from './Adds.module.css';
import type { Add } from './noun';

interface AddsProps {
	adds: readonly Add[];
	/** The object that the list belongs to. */
	of: string | undefined;
	blocked: string | undefined;
	narrow: boolean;
}

export function Adds({ adds, of, blocked, narrow }: AddsProps) {
	const { t } = useTranslation();
	const open = useOpenPage();
	const [asked, setAsked] = useState<Add>();
	const Dialog = asked?.Dialog;
	const begin = (add: Add) => {
		if (add.page === undefined) setAsked(add);
		else open(add.page.path, add.page.of === undefined ? {} : { [add.page.of]: of });
	};
	return (
		<div className={css.adds} data-narrow={narrow || undefined}>
			{adds.map((add, at) => (
				<button
					className={css.add}
					data-first={at === 0 || undefined}
					disabled={blocked !== undefined}
					key={add.id}
					onClick={() => begin(add)}
					title={blocked}
					type="button"
				>
					<add.icon size={15} />
					{t(add.label)}
				</button>
			))}
			{Dialog !== undefined && (
				<Suspense>
					<Dialog of={of} onClose={() => setAsked(undefined)} />
				</Suspense>
			)}
		</div>
	);
}
