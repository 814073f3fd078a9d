/** Connects a VM to a network. */
import { NativeSelect, NumberInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../form/FormDialog';
import { ObjectSelect } from '../form/ObjectSelect';
import type { AddProps } from '../list/noun';
import { useLive, useObject } from '../live/hooks';
import type { Row } from '../live/view';
import { addressesOf, LOCKING_MODES, type LockingMode, MAC } from './addresses';

const COLUMNS = ['MTU', 'name_description'];

export default function NewVif({ of, onClose }: AddProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const [owner, setOwner] = useState<string>();
	const vmId = of ?? owner;
	const { object: vm } = useObject('VM', vmId);
	const [network, setNetwork] = useState<Row>();
	const [mac, setMac] = useState('');
	const [addresses, setAddresses] = useState('');
	const [locking, setLocking] = useState<LockingMode>('network_default');
	const [rate, setRate] = useState<number>();
	const goodMac = mac === '' || MAC.test(mac);
	const allowed = addressesOf(addresses);
	const create = async () => {
		if (vmId === undefined || network === undefined) return;
		const id = await connection.call('vif.create', {
			vmId,
			networkId: network.id,
			...(mac !== '' && { MAC: mac }),
			ipv4_allowed: allowed.ipv4,
			ipv6_allowed: allowed.ipv6,
			locking_mode: locking,
		});
		if (rate !== undefined) await connection.call('vif.set', { id, rateLimit: rate });
	};
	return (
		<FormDialog
			action={t('networkPage.connect')}
			onClose={onClose}
			onSubmit={create}
			ready={vmId !== undefined && network !== undefined && goodMac && allowed.bad === undefined}
			title={vm === undefined ? t('vif.new') : t('networkPage.newVif', { name: vm.name_label })}
		>
			{of === undefined && (
				<ObjectSelect label={t('vm.one')} onChange={(row) => setOwner(row?.id)} required type="VM" value={owner} />
			)}
			<ObjectSelect
				columns={COLUMNS}
				filter={vm === undefined ? '' : `$pool:${vm.$pool}`}
				label={t('network.one')}
				onChange={setNetwork}
				required
				type="network"
				value={network?.id}
			/>
			<TextInput
				autoComplete="off"
				error={goodMac ? undefined : t('networkPage.badMac')}
				label={t('column.mac')}
				onChange={(event) => setMac(event.currentTarget.value.trim())}
				placeholder={t('networkPage.ownMac')}
				value={mac}
			/>
			<TextInput
				autoComplete="off"
				description={t('networkPage.allowedHelp')}
				error={allowed.bad === undefined ? undefined : t('networkPage.badAddress', { address: allowed.bad })}
				label={t('networkPage.allowed')}
				onChange={(event) => {
					setAddresses(event.currentTarget.value);
					if (event.currentTarget.value.trim() !== '') setLocking('locked');
				}}
				placeholder={t('form.optional')}
				value={addresses}
			/>
			<NativeSelect
				data={LOCKING_MODES.map((value) => ({ value, label: t(`networkPage.mode.${value}`) }))}
				label={t('vif.locking')}
				onChange={(event) => setLocking(event.currentTarget.value as LockingMode)}
				value={locking}
			/>
			<NumberInput
				allowNegative={false}
				label={t('networkPage.rate')}
				onChange={(value) => setRate(typeof value === 'number' ? value : undefined)}
				placeholder={t('networkPage.noLimit')}
				value={rate ?? ''}
			/>
		</FormDialog>
	);
}
