/** What lines of charts are called. */
import i18next from 'i18next';
import type { Words } from './charts';

const t = i18next.t;

export function wordsWith(storage: (prefix: string) => string = (prefix) => prefix): Words {
	const of = (key: 'read' | 'written' | 'received' | 'sent') => (name: string) =>
		name === '' ? t(`stats.${key}`) : t('stats.ofName', { name, what: t(`stats.${key}`) });
	return {
		total: t('stats.total'),
		used: t('stats.used'),
		size: t('stats.size'),
		core: (number) => t('stats.core', { number }),
		read: of('read'),
		written: of('written'),
		received: of('received'),
		sent: of('sent'),
		interface: (number) => t('stats.interface', { number }),
		disk: (letter) => `xvd${letter}`,
		storage,
	};
}
