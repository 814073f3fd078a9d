/** What of a network can be changed in its place. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings, SwitchSetting, TextSetting, useSet } from '../form/Setting';
import { YesNo } from '../list/cells';
import { useOnTag } from '../list/links';
import { list, nameLabel, number, text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useView } from '../live/hooks';
import { TagsEditor } from '../tag/TagsEditor';
import { Copy } from '../ui/Copy';
import { formatNumber } from '../ui/format';

const COLUMNS = [
	'name_label',
	'MTU',
	'automatic',
	'defaultIsLocked',
	'nbd',
	'bridge',
	'isBonded',
	'uuid',
	'$pool',
	'tags',
	'PIFs',
	'VIFs',
];

export default function NetworkDetails({ id }: { id: string }) {
	const { t } = useTranslation();
	const onTag = useOnTag();
	const isHeld = useHeld() !== undefined;
	const wish = useMemo(() => ({ type: 'network', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const network = useView(wish).rows.find((row) => row.id === id);
	const set = useSet('network.set', id, network === undefined ? '' : nameLabel(network));
	if (network === undefined) return null;
	const setMtu: typeof set = (label, change) => {
		const mtu = Number((change as { mtu: string }).mtu);
		return set(label, { mtu: Number.isInteger(mtu) ? mtu : (change as { mtu: string }).mtu });
	};
	return (
		<>
			<TagsEditor disabled={isHeld} id={id} onPick={onTag} tags={[...list(network, 'tags')]} />
			<Settings title={t('network.one')}>
				<SwitchSetting
					help={t('networkPage.automaticHelp')}
					label={t('network.automatic')}
					property="automatic"
					set={set}
					value={network.automatic === true}
				/>
				<SwitchSetting
					help={t('networkPage.lockedHelp')}
					label={t('network.locked')}
					property="defaultIsLocked"
					set={set}
					value={network.defaultIsLocked === true}
				/>
				<SwitchSetting
					help={t('networkPage.nbdHelp')}
					label={t('network.nbd')}
					property="nbd"
					set={set}
					value={network.nbd === true}
				/>
				<TextSetting
					help={t('networkPage.mtuHelp')}
					label={t('column.mtu')}
					property="mtu"
					required
					set={setMtu}
					value={String(number(network, 'MTU') ?? '')}
				/>
				<Setting label={t('network.bridge')}>{text(network, 'bridge')}</Setting>
				<Setting label={t('network.bonded')}>
					<YesNo value={network.isBonded === true} />
				</Setting>
				<Setting label={t('pif.title')}>{formatNumber(list(network, 'PIFs').length)}</Setting>
				<Setting label={t('vif.title')}>{formatNumber(list(network, 'VIFs').length)}</Setting>
				<Setting label={t('column.pool')}>
					<ObjectLink id={text(network, '$pool')} list="pools" sort="place" />
				</Setting>
				<Setting label="UUID">
					<code>{text(network, 'uuid')}</code> <Copy label={t('copy', { text: 'UUID' })} text={text(network, 'uuid')} />
				</Setting>
			</Settings>
		</>
	);
}
