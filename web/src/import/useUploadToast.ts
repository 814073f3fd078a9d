/** A toast that follows one upload, for those that are begun outside of the page of imports. */
import { useTranslation } from 'react-i18next';
import { formatPercent } from '../ui/format';
import { DONE, FAILED, RUNNING, type Told } from '../ui/tell';
import { toasts } from '../ui/toasts';
import { isUnderWay, uploads } from './uploads';

export function useUploadToast(): (upload: number, words: Told) => void {
	const { t } = useTranslation();
	return (upload, { action, doing, done, name }) => {
		const toast = toasts.show({ ...RUNNING, title: `${doing}…`, message: '' });
		let shown = '';
		const stop = uploads.watch(() => {
			const one = uploads.list().find(({ id }) => id === upload);
			if (one === undefined) return;
			if (isUnderWay(one)) {
				const part = one.size ? formatPercent(one.sent / one.size) : '';
				if (part === shown) return;
				shown = part;
				toasts.update({ id: toast, ...RUNNING, title: `${doing}…`, message: part });
				return;
			}
			stop();
			if (one.state === 'done') toasts.update({ id: toast, ...DONE, title: done, message: '' });
			else {
				const title = t('action.failed', { action, name });
				toasts.update({ id: toast, ...FAILED, title, message: one.error ?? '' });
			}
		});
	};
}
