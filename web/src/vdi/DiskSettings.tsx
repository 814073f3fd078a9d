/** What of a disk can be changed in its place, and what it is. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings, SwitchSetting, TextSetting, useSet } from '../form/Setting';
import { list, nameLabel, number, text } from '../list/noun';
import { useView } from '../live/hooks';
import { Copy } from '../ui/Copy';
import { Meter } from '../ui/Meter';
import { AttachedTo } from './AttachedTo';
import { SizeSetting } from './SizeSetting';

const COLUMNS = [
	'name_label',
	'name_description',
	'size',
	'usage',
	'$SR',
	'VDI_type',
	'image_format',
	'cbt_enabled',
	'snapshots',
	'missing',
	'uuid',
	'$VBDs',
];
const TYPE = ['VDI', 'VDI-snapshot'];

/** `inPage`: the page has the name and the description in its head already. */
export function DiskSettings({ id, inPage }: { id: string; inPage: boolean }) {
	const { t } = useTranslation();
	const wish = useMemo(() => ({ type: TYPE, filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const disk = useView(wish).rows.find((row) => row.id === id);
	const set = useSet('vdi.set', id, disk === undefined ? '' : nameLabel(disk));
	if (disk === undefined) return null;
	return (
		<Settings title={t('vdi.one')}>
			{!inPage && (
				<>
					<TextSetting
						label={t('column.name')}
						property="name_label"
						required
						set={set}
						value={text(disk, 'name_label')}
					/>
					<TextSetting
						label={t('edit.description')}
						property="name_description"
						set={set}
						value={text(disk, 'name_description')}
					/>
				</>
			)}
			<SizeSetting set={set} value={number(disk, 'size') ?? 0} />
			<Setting label={t('column.usage')}>
				<Meter mayFill size={number(disk, 'size') ?? 0} usage={number(disk, 'usage') ?? 0} />
			</Setting>
			<Setting label={t('sr.one')}>
				<ObjectLink id={text(disk, '$SR')} list="srs" sort="SR" />
			</Setting>
			{text(disk, 'image_format') !== '' && (
				<Setting label={t('disk.formatOf')}>{text(disk, 'image_format').toUpperCase()}</Setting>
			)}
			<SwitchSetting
				help={t('disk.cbtHelp')}
				label={t('vdi.cbt')}
				property="cbt"
				set={set}
				value={disk.cbt_enabled === true}
			/>
			{inPage && (
				<Setting label={t('disk.attachedTo')}>
					<AttachedTo vbds={list(disk, '$VBDs')} />
				</Setting>
			)}
			<Setting label="UUID">
				<code>{text(disk, 'uuid')}</code> <Copy label={t('copy', { text: 'UUID' })} text={text(disk, 'uuid')} />
			</Setting>
		</Settings>
	);
}
