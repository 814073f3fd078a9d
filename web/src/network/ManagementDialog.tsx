/** Manages a host by another of its interfaces. */
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { Ref } from '../list/cells';
import { type DialogProps, text } from '../list/noun';
import { useLive } from '../live/hooks';
import { Warning } from '../ui/Warning';

export default function ManagementDialog({ noun, action, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [pif] = target.is === 'rows' ? target.rows : [];
	if (pif === undefined) return null;
	const host = text(pif, '$host');
	return (
		<FormDialog
			action={t(action.label)}
			onClose={onClose}
			onSubmit={() => connection.call('host.managementReconfigure', { id: host, pif: pif.id })}
			title={t('action.ask', { action: t(action.label), name: noun.name(pif) })}
		>
			<p>
				<Ref id={host} sort="place" /> · {text(pif, 'ip')}
			</p>
			<Warning>{t('networkPage.managementWarning')}</Warning>
		</FormDialog>
	);
}
