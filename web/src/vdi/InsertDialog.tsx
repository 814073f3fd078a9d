/** Puts a disc into the CD drive of a VM. */
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import { type AddProps, type DialogProps, number, text } from '../list/noun';
import { useLive, useObject } from '../live/hooks';
import type { Row } from '../live/view';
import { formatBytes } from '../ui/format';
import { useDiscSrs } from './discs';

const COLUMNS = ['size'];

/** From the row of a drive, or for a VM as such, which gets a drive where it has none. */
export default function InsertDialog(props: DialogProps | AddProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const id = 'target' in props ? vmOf(props) : props.of;
	const { object: vm } = useObject('VM', id);
	const discs = useDiscSrs(vm?.$pool);
	const [disc, setDisc] = useState<Row>();
	return (
		<FormDialog
			action={t('disk.insert')}
			onClose={props.onClose}
			onSubmit={async () => {
				if (id !== undefined && disc !== undefined) await connection.call('vm.insertCd', { id, cd_id: disc.id });
			}}
			ready={disc !== undefined}
			title={t('disk.insertInto', { name: vm?.name_label })}
		>
			<ObjectSelect
				columns={COLUMNS}
				description={discs === '' ? t('disk.noDiscs') : t('disk.discHelp')}
				filter={`$SR:${discs === '' ? 'none' : discs}`}
				hint={(row) => formatBytes(number(row, 'size') ?? 0)}
				label={t('disk.disc')}
				onChange={setDisc}
				required
				type="VDI"
				value={disc?.id}
			/>
		</FormDialog>
	);
}

function vmOf({ target }: DialogProps): string | undefined {
	const [row] = target.is === 'rows' ? target.rows : [];
	return row === undefined ? undefined : text(row, 'VM');
}
