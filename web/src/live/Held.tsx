/** Why what belongs to an object cannot be changed here and now: the connection is lost, or rights forbid it. */
import { createContext, type ReactNode, useContext } from 'react';
import { useTranslation } from 'react-i18next';
import type { Method } from '../api/methods';
import { useForbids } from './forbids';
import css from './Held.module.css';
import { useConnectionState } from './hooks';

const ForbiddenContext = createContext(false);

/** What is inside is held where rights forbid `method` on the object. */
export function Held({ method, id, children }: { method: Method | undefined; id: string; children: ReactNode }) {
	const forbids = useForbids(method === undefined ? [] : [method], [id]);
	return <ForbiddenContext value={method !== undefined && forbids(method, id)}>{children}</ForbiddenContext>;
}

/** Why nothing can be changed; nothing where it can. */
export function useHeld(): string | undefined {
	const { t } = useTranslation();
	const isForbidden = useContext(ForbiddenContext);
	if (useConnectionState().is === 'lost') return t('connection.blocked');
	return isForbidden ? t('why.noRight') : undefined;
}

/** Says once that rights forbid to change what follows. */
export function HeldNote() {
	const { t } = useTranslation();
	return (
		useContext(ForbiddenContext) && (
			<p className={css.note} role="note">
				{t('why.onlyLook')}
			</p>
		)
	);
}
