/** The disks of the new VM: those of its template, and others. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../../form/BytesInput';
import { ObjectSelect } from '../../form/ObjectSelect';
import { formatBytes } from '../../ui/format';
import { AddIcon, RemoveIcon } from '../../ui/icons';
import { ROOM_COLUMNS, roomOf, storageOfPool } from '../storage';
import type { NewDisk } from './draft';
import css from './NewVm.module.css';
import { problem, useForm } from './part';

export function DisksPart() {
	const { t } = useTranslation();
	const { draft, facts, change } = useForm();
	const add = () => {
		const key = Math.max(-1, ...draft.disks.map((disk) => disk.key)) + 1;
		const sr = draft.disks.at(-1)?.sr ?? facts.storages.find(({ id }) => id === facts.pool.default_SR)?.id;
		const disk: NewDisk = {
			key,
			name: '',
			description: '',
			size: 10 * 2 ** 30,
			least: 0,
			sr: sr ?? facts.storages[0]?.id,
		};
		change({ disks: [...draft.disks, disk] });
	};
	return (
		<fieldset className={css.part}>
			<legend>{t('vdi.title')}</legend>
			<div className={css.lines}>
				{draft.disks.map((disk, at) => (
					<Line disk={disk} key={disk.key} number={at + 1} />
				))}
			</div>
			<Button leftSection={<AddIcon size={15} />} onClick={add} size="compact-sm" variant="default">
				{t('newVm.addDisk')}
			</Button>
		</fieldset>
	);
}

function Line({ disk, number }: { disk: NewDisk; number: number }) {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, facts, change } = form;
	const set = (part: Partial<NewDisk>) =>
		change({ disks: draft.disks.map((one) => (one.key === disk.key ? { ...one, ...part } : one)) });
	return (
		<fieldset aria-label={t('newVm.diskNumber', { number })} className={css.line}>
			<BytesInput
				description={disk.position === undefined ? undefined : t('newVm.ofTemplate')}
				error={problem(form, t, `disk.${disk.key}.size`)}
				label={t('newVm.size')}
				onChange={(size) => set({ size })}
				value={disk.size}
			/>
			<ObjectSelect
				columns={ROOM_COLUMNS}
				error={problem(form, t, `disk.${disk.key}.sr`)}
				filter={storageOfPool(facts.pool.id)}
				hint={(row) => t('newVm.free', { size: formatBytes(roomOf(row)) })}
				label={t('sr.one')}
				onChange={(row) => set({ sr: row?.id })}
				required
				type="SR"
				value={disk.sr}
			/>
			<TextInput
				autoComplete="off"
				label={t('column.name')}
				onChange={(event) => set({ name: event.currentTarget.value })}
				placeholder={`${draft.name}_${number - 1}`}
				value={disk.name}
			/>
			{disk.position === undefined && (
				<ActionIcon
					aria-label={t('newVm.removeDisk', { number })}
					className={css.remove}
					color="gray"
					onClick={() => change({ disks: draft.disks.filter(({ key }) => key !== disk.key) })}
					size="lg"
					variant="subtle"
				>
					<RemoveIcon size={17} />
				</ActionIcon>
			)}
		</fieldset>
	);
}
