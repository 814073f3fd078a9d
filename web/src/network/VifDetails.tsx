/** One interface of a VM, changed in its place. */
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectLink } from '../app/ObjectLink';
import { ObjectSelect } from '../form/ObjectSelect';
import { ChoiceSetting, Setting, Settings, SwitchSetting, TextSetting, useSet } from '../form/Setting';
import { YesNo } from '../list/cells';
import { list, number, text } from '../list/noun';
import { useHeld } from '../live/Held';
import { useLive, useView } from '../live/hooks';
import { useTell } from '../ui/tell';
import { addressesOf, LOCKING_MODES } from './addresses';
import { VifAddresses } from './VifAddresses';

const COLUMNS = [
	'MAC',
	'MTU',
	'device',
	'attached',
	'lockingMode',
	'allowedIpv4Addresses',
	'allowedIpv6Addresses',
	'rateLimit',
	'txChecksumming',
	'$network',
	'$VM',
	'$pool',
];

export default function VifDetails({ id }: { id: string }) {
	const { t } = useTranslation();
	const isHeld = useHeld() !== undefined;
	const wish = useMemo(() => ({ type: 'VIF', filter: `id:${id}`, columns: COLUMNS, limit: 1 }), [id]);
	const vif = useView(wish).rows.find((row) => row.id === id);
	const set = useSet('vif.set', id, vif === undefined ? '' : text(vif, 'MAC'));
	const setMac = useSetMac(id);
	if (vif === undefined) return null;
	const setRate: typeof set = (label, change) => {
		const rate = (change as { rateLimit: string }).rateLimit.trim();
		return set(label, { rateLimit: rate === '' ? null : Number(rate) });
	};
	const setAllowed: typeof set = (label, change) => {
		const { ipv4, ipv6, bad } = addressesOf((change as { allowed: string }).allowed);
		// What is no address is sent all the same: the server says so.
		const v4 = bad === undefined ? ipv4 : [...ipv4, bad];
		return set(label, { allowedIpv4Addresses: v4, allowedIpv6Addresses: ipv6 });
	};
	const allowed = [...list(vif, 'allowedIpv4Addresses'), ...list(vif, 'allowedIpv6Addresses')];
	return (
		<Settings title={t('vif.one')}>
			<Setting label={t('vm.one')}>
				<ObjectLink id={text(vif, '$VM')} list="vms" sort="VM" />
			</Setting>
			<Setting label={t('network.one')}>
				<ObjectSelect
					disabled={isHeld}
					filter={`$pool:${text(vif, '$pool')}`}
					ariaLabel={t('network.one')}
					onChange={(row) => {
						if (row !== undefined && row.id !== vif.$network) void set(t('network.one'), { network: row.id });
					}}
					required
					type="network"
					value={text(vif, '$network')}
				/>
			</Setting>
			<Setting label={t('vm.addresses')}>
				<VifAddresses device={text(vif, 'device')} vm={text(vif, '$VM')} />
			</Setting>
			<TextSetting
				help={t('networkPage.macHelp')}
				label={t('column.mac')}
				property="mac"
				required
				set={setMac}
				value={text(vif, 'MAC')}
			/>
			<Setting label={t('column.device')}>{text(vif, 'device')}</Setting>
			<Setting label={t('vif.attached')}>
				<YesNo value={vif.attached === true} />
			</Setting>
			<Setting label={t('column.mtu')}>{number(vif, 'MTU')}</Setting>
			<ChoiceSetting
				choices={LOCKING_MODES.map((value) => ({ value, label: t(`networkPage.mode.${value}`) }))}
				label={t('vif.locking')}
				property="lockingMode"
				set={set}
				value={text(vif, 'lockingMode')}
			/>
			<TextSetting
				help={t('networkPage.allowedHelp')}
				label={t('networkPage.allowed')}
				property="allowed"
				set={setAllowed}
				value={allowed.join(', ')}
			/>
			<TextSetting
				help={t('networkPage.rateHelp')}
				label={t('networkPage.rate')}
				property="rateLimit"
				set={setRate}
				value={number(vif, 'rateLimit') === undefined ? '' : String(number(vif, 'rateLimit'))}
			/>
			<SwitchSetting
				label={t('networkPage.txChecksumming')}
				property="txChecksumming"
				set={set}
				value={vif.txChecksumming === true}
			/>
		</Settings>
	);
}

/** With another MAC address it is another interface, which takes the place of this one where it is shown. */
function useSetMac(id: string): ReturnType<typeof useSet> {
	const { t } = useTranslation();
	const { connection } = useLive();
	const navigate = useNavigate();
	const tell = useTell();
	return async (label, change) => {
		const { mac } = change as { mac: string };
		const words = {
			action: label,
			doing: t('edit.change', { label }),
			done: t('form.set', { name: mac, label }),
			name: mac,
		};
		const made = await tell(words, () => connection.call('vif.set', { id, mac }));
		if (made === undefined || String(made.done) === id) return;
		const next = String(made.done);
		await navigate({
			to: '.',
			search: (before: { id?: string }) => (before.id === id ? { ...before, id: next } : before),
			params: (before: { id?: string }) => (before.id === id ? { ...before, id: next } : before),
			replace: true,
		} as never);
	};
}
