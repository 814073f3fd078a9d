/** The addresses of an interface of a host. */
import { NativeSelect, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Params } from '../api/methods';
import { FormDialog } from '../form/FormDialog';
import { type DialogProps, list, text } from '../list/noun';
import { useLive } from '../live/hooks';
import { Warning } from '../ui/Warning';

type V6Mode = NonNullable<Params<'pif.reconfigureIp'>['ipv6Mode']>;
const V4 = ['None', 'DHCP', 'Static'] as const;
const V6: readonly V6Mode[] = ['None', 'DHCP', 'Autoconf', 'Static'];

export default function PifIpDialog({ noun, target, onClose }: DialogProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [pif] = target.is === 'rows' ? target.rows : [];
	const was = (property: string) => (pif === undefined ? '' : text(pif, property));
	const [mode, setMode] = useState(was('mode') || 'None');
	const [ip, setIp] = useState(was('ip'));
	const [netmask, setNetmask] = useState(was('netmask') || '255.255.255.0');
	const [gateway, setGateway] = useState(was('gateway'));
	const [dns, setDns] = useState(was('dns'));
	const [v6, setV6] = useState<V6Mode>((was('ipv6Mode') as V6Mode) || 'None');
	const [ipv6, setIpv6] = useState(pif === undefined ? '' : (list(pif, 'ipv6')[0] ?? ''));
	if (pif === undefined) return null;
	const isStatic = mode === 'Static';
	const save = () =>
		connection.call('pif.reconfigureIp', {
			id: pif.id,
			...(mode !== was('mode') || isStatic
				? {
						mode,
						...(isStatic && { ip: ip.trim(), netmask: netmask.trim(), gateway: gateway.trim(), dns: dns.trim() }),
					}
				: {}),
			...(v6 !== was('ipv6Mode') || v6 === 'Static'
				? { ipv6Mode: v6, ...(v6 === 'Static' && { ipv6: ipv6.trim() }) }
				: {}),
		});
	const field = (
		label: string,
		value: string,
		set: (value: string) => void,
		required: boolean,
		placeholder?: string,
	) => (
		<TextInput
			autoComplete="off"
			label={label}
			onChange={(event) => set(event.currentTarget.value)}
			placeholder={placeholder}
			required={required}
			value={value}
			withAsterisk={false}
		/>
	);
	return (
		<FormDialog
			action={t('action.save')}
			onClose={onClose}
			onSubmit={save}
			ready={(!isStatic || (ip.trim() !== '' && netmask.trim() !== '')) && (v6 !== 'Static' || ipv6.trim() !== '')}
			title={t('networkPage.ipOf', { name: noun.name(pif) })}
		>
			{pif.management === true && <Warning>{t('networkPage.managed')}</Warning>}
			<NativeSelect
				data={V4.map((value) => ({ value, label: t(`networkPage.ipMode.${value}`) }))}
				label={t('networkPage.ipv4')}
				onChange={(event) => setMode(event.currentTarget.value)}
				value={mode}
			/>
			{isStatic && (
				<>
					{field(t('column.ip'), ip, setIp, true)}
					{field(t('networkPage.netmask'), netmask, setNetmask, true)}
					{field(t('networkPage.gateway'), gateway, setGateway, false, t('form.optional'))}
					{field(t('networkPage.dns'), dns, setDns, false, t('networkPage.dnsHelp'))}
				</>
			)}
			<NativeSelect
				data={V6.map((value) => ({ value, label: t(`networkPage.ipMode.${value}`) }))}
				label={t('networkPage.ipv6')}
				onChange={(event) => setV6(event.currentTarget.value as V6Mode)}
				value={v6}
			/>
			{v6 === 'Static' && field(t('networkPage.ipv6Address'), ipv6, setIpv6, true, '2001:db8::10/64')}
		</FormDialog>
	);
}
