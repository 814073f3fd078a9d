/** A new network: between VMs only, a VLAN on an interface, or a bond of several. */
import { Button, Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../api/errors';
import { usePageSearch } from '../app/PageLink';
import { Choices } from '../form/Choices';
import { ObjectSelect } from '../form/ObjectSelect';
import { NeedsPool } from '../list/NeedsPool';
import { text } from '../list/noun';
import { useConnectionState, useLive, useObject, useView } from '../live/hooks';
import type { Row } from '../live/view';
import { FormEnd, FormPage, Part } from '../ui/FormPage';
import { Warning } from '../ui/Warning';
import { MODES, type Mode } from './bond';
import { PifChoice, PifChoices } from './PifChoices';

type Kind = 'vlan' | 'internal' | 'bond';
const KINDS: readonly Kind[] = ['vlan', 'bond', 'internal'];
const POOLS = { type: 'pool', filter: '', columns: ['name_label'], limit: 2 };

export default function NewNetworkPage() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const navigate = useNavigate();
	const isLost = useConnectionState().is === 'lost';
	const { pool: asked } = usePageSearch();
	const { rows: pools, view } = useView(POOLS);
	const [chosen, setPool] = useState<string | undefined>(asked);
	const pool = chosen ?? (view.total === 1 ? pools[0]?.id : undefined);
	const [kind, setKind] = useState<Kind>('vlan');
	const [name, setName] = useState('');
	const [description, setDescription] = useState('');
	const [pif, setPif] = useState<string>();
	const [vlan, setVlan] = useState<number>();
	const [pifs, setPifs] = useState<readonly string[]>([]);
	const [mode, setMode] = useState<Mode>('balance-slb');
	const [mtu, setMtu] = useState<number>();
	const [nbd, setNbd] = useState(false);
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const cards = useCards(pool);
	const ready =
		pool !== undefined &&
		name.trim() !== '' &&
		(kind === 'internal' || (kind === 'vlan' ? pif !== undefined && vlan !== undefined : pifs.length > 1));
	const create = async (event: FormEvent) => {
		event.preventDefault();
		if (!ready || isBusy) return;
		setBusy(true);
		setError(undefined);
		const common = {
			pool,
			name: name.trim(),
			...(description.trim() !== '' && { description: description.trim() }),
			...(mtu !== undefined && { mtu }),
			nbd,
		};
		try {
			let id: string;
			if (kind === 'bond') {
				const made = await connection.call('network.createBonded', { ...common, pifs: [...pifs], bondMode: mode });
				id = String(made.uuid ?? made.$id ?? '');
			} else {
				id = await connection.call('network.create', { ...common, ...(kind === 'vlan' && { pif, vlan }) });
			}
			await navigate({ to: '/$list/$id', params: { list: 'networks', id }, search: {} });
		} catch (failure) {
			setError(errorText(failure));
		} finally {
			setBusy(false);
		}
	};
	return (
		<NeedsPool title={t('network.new')}>
			<FormPage title={t('network.new')}>
				<form onSubmit={(event) => void create(event)}>
					<Part help={t('newNetwork.kindHelp')} title={t('newNetwork.what')}>
						{view.total !== 1 && (
							<ObjectSelect
								label={t('pool.one')}
								onChange={(row) => {
									setPool(row?.id);
									setPif(undefined);
									setPifs([]);
								}}
								required
								type="pool"
								value={pool}
							/>
						)}
						<Choices
							choices={KINDS.map((value) => ({
								value,
								label: t(`newNetwork.kind.${value}.label`),
								help: t(`newNetwork.kind.${value}.help`),
							}))}
							label={t('newNetwork.kindOf')}
							onChange={setKind}
							value={kind}
						/>
					</Part>
					<Part title={t('newNetwork.called')}>
						<TextInput
							autoComplete="off"
							label={t('column.name')}
							onChange={(event) => setName(event.currentTarget.value)}
							required
							value={name}
							withAsterisk={false}
						/>
						<TextInput
							autoComplete="off"
							label={t('edit.description')}
							onChange={(event) => setDescription(event.currentTarget.value)}
							placeholder={t('form.optional')}
							value={description}
						/>
					</Part>
					{kind === 'vlan' && pool !== undefined && (
						<Part help={t('newNetwork.pifHelp')} title={t('newNetwork.pif')}>
							<PifChoice cards={cards} onChange={setPif} value={pif} />
							<NumberInput
								allowDecimal={false}
								allowNegative={false}
								description={t('newNetwork.vlanHelp')}
								label={t('newNetwork.vlan')}
								max={4094}
								min={0}
								onChange={(value) => setVlan(typeof value === 'number' ? value : undefined)}
								required
								value={vlan ?? ''}
								withAsterisk={false}
							/>
						</Part>
					)}
					{kind === 'bond' && pool !== undefined && (
						<Part help={t('newNetwork.bondHelp')} title={t('newNetwork.bond')}>
							<PifChoices cards={cards.filter((row) => row.physical === true)} onChange={setPifs} values={pifs} />
							{cards.some((row) => row.management === true && pifs.includes(row.id)) && (
								<Warning>{t('newNetwork.managementMoves')}</Warning>
							)}
							<Choices
								choices={MODES.map((value) => ({ value, label: t(`newNetwork.mode.${value}`), hint: value }))}
								label={t('newNetwork.modeOf')}
								onChange={setMode}
								value={mode}
							/>
						</Part>
					)}
					<Part title={t('newNetwork.more')}>
						<NumberInput
							allowDecimal={false}
							allowNegative={false}
							label={t('column.mtu')}
							max={9216}
							min={68}
							onChange={(value) => setMtu(typeof value === 'number' ? value : undefined)}
							placeholder="1500"
							value={mtu ?? ''}
						/>
						<Checkbox
							checked={nbd}
							description={t('newNetwork.nbdHelp')}
							label={t('newNetwork.nbd')}
							onChange={(event) => setNbd(event.currentTarget.checked)}
						/>
					</Part>
					<FormEnd error={error}>
						<Button disabled={!ready || isLost} loading={isBusy} type="submit">
							{t('newNetwork.create')}
						</Button>
					</FormEnd>
				</form>
			</FormPage>
		</NeedsPool>
	);
}

const COLUMNS = [
	'device',
	'deviceName',
	'mac',
	'speed',
	'carrier',
	'management',
	'physical',
	'isBondMaster',
	'$network',
];

/** The interfaces of the pool's master that a network can be put on; the like of them is used on the other hosts. */
function useCards(pool: string | undefined): readonly Row[] {
	const { object } = useObject('pool', pool);
	const master = object?.master;
	const wish = useMemo(
		() =>
			master === undefined
				? undefined
				: {
						type: 'PIF',
						filter: `$host:${master} vlan:-1 !isBondSlave?`,
						sort: ['device'],
						columns: COLUMNS,
						limit: 200,
					},
		[master],
	);
	return useView(wish).rows.filter((row) => text(row, 'device') !== '' && object !== undefined);
}
