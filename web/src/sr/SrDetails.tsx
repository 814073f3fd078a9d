/** A storage at a glance: how full it is, what of it is largest, and how it is used. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings } from '../form/Setting';
import { YesNo } from '../list/cells';
import { useOnTag } from '../list/links';
import { list, number, text } from '../list/noun';
import { Word } from '../list/Word';
import { useHeld } from '../live/Held';
import { useView } from '../live/hooks';
import { TagsEditor } from '../tag/TagsEditor';
import { Copy } from '../ui/Copy';
import { Warning } from '../ui/Warning';
import { Largest } from './Largest';
import { Usage } from './Usage';

const COLUMNS = [
	'name_label',
	'size',
	'physical_usage',
	'usage',
	'SR_type',
	'content_type',
	'shared',
	'allocationStrategy',
	'inMaintenanceMode',
	'$container',
	'$pool',
	'$PBDs',
	'tags',
	'uuid',
];

const CONTENTS = { user: 'sr.contents.user', iso: 'sr.contents.iso', disk: 'sr.contents.disk' } as const;

export default function SrDetails({ id }: { id: string }) {
	const { t } = useTranslation();
	const onTag = useOnTag();
	const isHeld = useHeld() !== undefined;
	const wish = useMemo(() => ({ type: 'SR', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const sr = useView(wish).rows.find((row) => row.id === id);
	const isDefault = useIsDefault(id, sr === undefined ? undefined : text(sr, '$pool'));
	if (sr === undefined) return null;
	return (
		<>
			<TagsEditor disabled={isHeld} id={id} onPick={onTag} tags={[...list(sr, 'tags')]} />
			{sr.inMaintenanceMode === true && <Warning>{t('srPage.inMaintenance')}</Warning>}
			<Usage
				allocated={number(sr, 'usage') ?? 0}
				size={number(sr, 'size') ?? 0}
				used={number(sr, 'physical_usage') ?? 0}
			/>
			<Largest id={id} size={number(sr, 'size') ?? 0} />
			<Settings title={t('sr.one')}>
				<Setting label={t('column.type')}>
					{text(sr, 'SR_type')}
					{text(sr, 'allocationStrategy') !== '' && ` (${text(sr, 'allocationStrategy')})`}
				</Setting>
				<Setting label={t('sr.content')}>
					<Word of={CONTENTS} value={text(sr, 'content_type')} />
				</Setting>
				<Setting label={t('sr.shared')}>
					<YesNo value={sr.shared === true} />
				</Setting>
				<Setting label={t('srPage.default')}>
					<YesNo value={isDefault} />
				</Setting>
				<Setting label={t('sr.where')}>
					<ObjectLink
						id={text(sr, '$container')}
						list={text(sr, '$container') === text(sr, '$pool') ? 'pools' : 'hosts'}
						sort="place"
					/>
				</Setting>
				<Setting label="UUID">
					<code>{text(sr, 'uuid')}</code> <Copy label={t('copy', { text: 'UUID' })} text={text(sr, 'uuid')} />
				</Setting>
			</Settings>
		</>
	);
}

function useIsDefault(id: string, pool: string | undefined): boolean {
	const wish = useMemo(
		() => (pool === undefined ? undefined : { type: 'pool', filter: `id:${pool}`, columns: ['default_SR'], limit: 1 }),
		[pool],
	);
	return useView(wish).rows[0]?.default_SR === id;
}
