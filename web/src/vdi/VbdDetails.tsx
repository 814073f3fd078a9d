/** One drive of a VM: its disk, changed in place, and how the VM sees it. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings, SwitchSetting, type useSet } from '../form/Setting';
import { YesNo } from '../list/cells';
import { text } from '../list/noun';
import { useLive, useView } from '../live/hooks';
import { useTell } from '../ui/tell';
import { DiskSettings } from './DiskSettings';

const COLUMNS = ['device', 'position', 'attached', 'bootable', 'read_only', 'is_cd_drive', 'VDI', 'VM'];

export default function VbdDetails({ id }: { id: string }) {
	const { t } = useTranslation();
	const wish = useMemo(() => ({ type: 'VBD', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const vbd = useView(wish).rows.find((row) => row.id === id);
	const setBootable = useSetBootable(id);
	if (vbd === undefined) return null;
	const disk = text(vbd, 'VDI');
	return (
		<>
			{disk !== '' && <DiskSettings id={disk} inPage={false} />}
			<Settings title={t('vbd.one')}>
				<Setting label={t('vm.one')}>
					<ObjectLink id={text(vbd, 'VM')} list="vms" sort="VM" />
				</Setting>
				<Setting label={t('vbd.position')}>
					{text(vbd, 'position')} {text(vbd, 'device') !== '' && `(${text(vbd, 'device')})`}
				</Setting>
				<Setting label={t('vif.attached')}>
					<YesNo value={vbd.attached === true} />
				</Setting>
				<SwitchSetting label={t('vbd.bootable')} property="bootable" set={setBootable} value={vbd.bootable === true} />
				<Setting label={t('vbd.readOnly')}>
					<YesNo value={vbd.read_only === true} />
				</Setting>
			</Settings>
		</>
	);
}

/** `vbd.setBootable` names its object otherwise than those that set. */
function useSetBootable(id: string): ReturnType<typeof useSet> {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	return async (label, change) => {
		const words = {
			action: label,
			doing: t('edit.change', { label }),
			done: t('form.set', { name: '', label }),
			name: label,
		};
		await tell(words, () => connection.call('vbd.setBootable', { vbd: id, ...(change as { bootable: boolean }) }));
	};
}
