/** Starts VMs on a host that is chosen. */
import { Switch } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { BulkDialog } from '../../list/BulkDialog';
import { type DialogProps, number, text } from '../../list/noun';
import { within } from '../../live/listing';
import { formatBytes } from '../../ui/format';
import css from './dialogs.module.css';

const COLUMNS = ['memory.size', 'memory.usage', 'enabled', 'power_state'];

export default function StartOnDialog(props: DialogProps) {
	const { t } = useTranslation();
	const [host, setHost] = useState<string>();
	const [sameMac, setSameMac] = useState(false);
	const [first] = props.target.is === 'rows' ? props.target.rows : [];
	const params = { host, ...(sameMac && { bypassMacAddressesCheck: true }) };
	return (
		<BulkDialog {...props} missing={host === undefined ? t('migrate.chooseHost') : undefined} params={params}>
			<div className={css.fields}>
				<ObjectSelect
					columns={COLUMNS}
					filter={first === undefined ? '' : within('', '$pool', text(first, '$pool'))}
					hint={(row) =>
						t('newVm.free', {
							size: formatBytes((number(row, 'memory.size') ?? 0) - (number(row, 'memory.usage') ?? 0)),
						})
					}
					label={t('migrate.host')}
					onChange={(row) => setHost(row?.id)}
					refused={(row) => row.enabled !== true || row.power_state !== 'Running'}
					required
					type="host"
					value={host}
				/>
				<Switch
					checked={sameMac}
					label={t('startOn.sameMac')}
					onChange={(event) => setSameMac(event.currentTarget.checked)}
				/>
			</div>
		</BulkDialog>
	);
}
