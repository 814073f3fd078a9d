/** Another tag of a VLAN, on all hosts. */
import { NumberInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { type DialogProps, number } from '../list/noun';
import { useLive } from '../live/hooks';
import { Warning } from '../ui/Warning';

export default function PifVlanDialog({ noun, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [pif] = target.is === 'rows' ? target.rows : [];
	const was = pif === undefined ? undefined : number(pif, 'vlan');
	const [vlan, setVlan] = useState(was);
	if (pif === undefined) return null;
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={async () => {
				if (vlan !== undefined) await connection.call('pif.editPif', { id: pif.id, vlan });
			}}
			ready={vlan !== undefined && vlan !== was}
			title={t('networkPage.vlanOf', { name: noun.name(pif) })}
		>
			<Warning>{t('networkPage.vlanWarning')}</Warning>
			<NumberInput
				allowDecimal={false}
				allowNegative={false}
				label={t('newNetwork.vlan')}
				max={4094}
				min={0}
				onChange={(value) => setVlan(typeof value === 'number' ? value : undefined)}
				value={vlan ?? ''}
			/>
		</FormDialog>
	);
}
