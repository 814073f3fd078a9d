/** Installs updates, and asks anew what is missing. */
import { useTranslation } from 'react-i18next';
import { useLive } from '../live/hooks';
import { useConfirm } from '../ui/Confirm';
import { useTell } from '../ui/tell';
import { useForgetMissing } from './missing';

/** What is installed where; the id of the pool for all its hosts. */
export interface Where {
	pool?: string;
	hosts?: string[];
	patches?: string[];
}

/** Longer than a host takes to get and install all, in ms. */
const LIMIT = 2 * 3_600_000;

export function useInstall() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const confirm = useConfirm();
	const tell = useTell();
	const forget = useForgetMissing();
	return async (where: Where, name: string, count: number): Promise<void> => {
		const action = t('patch.install', { count });
		const sure = await confirm({
			title: t('action.ask', { action, name }),
			body: [
				<p key="what">{t('patch.installWhat')}</p>,
				...(where.pool === undefined ? [<p key="one">{t('patch.oneHostWhat')}</p>] : []),
			],
			action,
			destroys: false,
		});
		if (!sure) return;
		const words = { action, doing: t('patch.installing', { name }), done: t('patch.installed', { name }), name };
		await tell(words, () => connection.call('pool.installPatches', where, LIMIT));
		forget();
	};
}
