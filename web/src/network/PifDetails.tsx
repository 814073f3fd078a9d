/** One interface of a host. */
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { Setting, Settings } from '../form/Setting';
import { YesNo } from '../list/cells';
import { list, number, text } from '../list/noun';
import { useView } from '../live/hooks';
import { formatNumber } from '../ui/format';
import { PifBond } from './PifBond';

const COLUMNS = [
	'device',
	'deviceName',
	'mac',
	'mtu',
	'speed',
	'vlan',
	'carrier',
	'attached',
	'management',
	'mode',
	'ip',
	'netmask',
	'gateway',
	'dns',
	'ipv6Mode',
	'ipv6',
	'isBondMaster',
	'isBondSlave',
	'bondMaster',
	'bondSlaves',
	'$host',
	'$network',
];

export default function PifDetails({ id }: { id: string }) {
	const { t } = useTranslation();
	const wish = useMemo(() => ({ type: 'PIF', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const pif = useView(wish).rows.find((row) => row.id === id);
	if (pif === undefined) return null;
	const vlan = number(pif, 'vlan') ?? -1;
	const line = (label: string, property: string) =>
		text(pif, property) !== '' && <Setting label={label}>{text(pif, property)}</Setting>;
	return (
		<>
			<Settings title={t('pif.one')}>
				<Setting label={t('host.one')}>
					<ObjectLink id={text(pif, '$host')} list="hosts" sort="place" />
				</Setting>
				<Setting label={t('network.one')}>
					<ObjectLink id={text(pif, '$network')} list="networks" sort="network" />
				</Setting>
				{line(t('networkPage.card'), 'deviceName')}
				{line(t('column.mac'), 'mac')}
				{vlan >= 0 && <Setting label={t('column.vlan')}>{vlan}</Setting>}
				<Setting label={t('column.mtu')}>{number(pif, 'mtu')}</Setting>
				<Setting label={t('pif.speed')}>{formatNumber(number(pif, 'speed') ?? 0)}</Setting>
				<Setting label={t('pif.carrier')}>
					<YesNo value={pif.carrier === true} />
				</Setting>
				<Setting label={t('vif.attached')}>
					<YesNo value={pif.attached === true} />
				</Setting>
				<PifBond pif={pif} />
			</Settings>
			<Settings title={t('networkPage.ip')}>
				<Setting label={t('pif.management')}>
					<YesNo value={pif.management === true} />
				</Setting>
				{line(t('networkPage.ipv4'), 'mode')}
				{line(t('column.ip'), 'ip')}
				{line(t('networkPage.netmask'), 'netmask')}
				{line(t('networkPage.gateway'), 'gateway')}
				{line(t('networkPage.dns'), 'dns')}
				{line(t('networkPage.ipv6'), 'ipv6Mode')}
				{list(pif, 'ipv6').filter(Boolean).length > 0 && (
					<Setting label={t('networkPage.ipv6Address')}>{list(pif, 'ipv6').join(', ')}</Setting>
				)}
			</Settings>
		</>
	);
}
