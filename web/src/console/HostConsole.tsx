/** The console of a host: that of its control domain. */
import { useTranslation } from 'react-i18next';
import { useObject } from '../live/hooks';
import { Message } from '../ui/Message';
import { Waiting } from '../ui/Waiting';
import { Console } from './Console';
import css from './Console.module.css';

export default function HostConsole({ id }: { id: string }) {
	return (
		<main className={css.main}>
			<OfHost id={id} own={`#/console?host=${id}`} />
		</main>
	);
}

export function OfHost({ id, own }: { id: string; own?: string }) {
	const { t } = useTranslation();
	const { object: host, gone } = useObject('host', id);
	if (host === undefined) return gone ? <Message title={t('drawer.gone')}>{t('drawer.why')}</Message> : <Waiting />;
	if (host.power_state === 'Halted') return <p className={css.why}>{t('why.hostOff')}</p>;
	return <Console address={host.address} hint={host.power_state} id={id} name={host.name_label} own={own} />;
}
