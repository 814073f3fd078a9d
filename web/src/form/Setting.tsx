/** Settings of an object, each changed in its place: the server is told at once, and the value is what it then says. */
import { NativeSelect, NumberInput, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Method, Params } from '../api/methods';
import { useHeld } from '../live/Held';
import { useLive } from '../live/hooks';
import { formatBytes, formatNumber } from '../ui/format';
import { useTell } from '../ui/tell';
import { BytesInput } from './BytesInput';
import { EditableText } from './EditableText';
import { EditableValue } from './EditableValue';
import css from './Setting.module.css';

/** Changes one thing of an object by a `.set`, and tells only where it failed or took long. */
export function useSet(method: Method, id: string, name: string) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	return async (label: string, change: object): Promise<void> => {
		const words = {
			action: label,
			doing: t('edit.change', { label }),
			done: t('form.set', { name, label }),
			name,
		};
		await tell(words, () => connection.call(method, { id, ...change } as unknown as Params<typeof method>));
	};
}

export type Set = ReturnType<typeof useSet>;

/** A heading and the settings under it. */
export function Settings({ title, children }: { title: string; children: ReactNode }) {
	return (
		<section className={css.settings}>
			<h2>{title}</h2>
			<dl>{children}</dl>
		</section>
	);
}

/** One setting: what it is, and its value or what changes it. */
export function Setting({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
	return (
		<div className={css.setting}>
			<dt>
				{label}
				{help !== undefined && <small>{help}</small>}
			</dt>
			<dd>{children}</dd>
		</div>
	);
}

interface ChangeProps {
	label: string;
	help?: string;
	set: Set;
	/** The parameter of `set`. */
	property: string;
	disabled?: boolean;
	/** Why it cannot be changed as things are; said in place of the help. */
	why?: string;
}

export function TextSetting({
	label,
	help,
	set,
	property,
	why,
	disabled = why !== undefined,
	value,
	required,
}: ChangeProps & { value: string; required?: boolean }) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={why ?? help} label={label}>
			<EditableText
				disabled={disabled === true || isHeld}
				label={label}
				labelled
				onSave={(text) => set(label, { [property]: text })}
				required={required}
				value={value}
			/>
		</Setting>
	);
}

export function SwitchSetting({
	label,
	help,
	set,
	property,
	why,
	disabled = why !== undefined,
	value,
}: ChangeProps & { value: boolean }) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={why ?? help} label={label}>
			<Switch
				aria-label={label}
				checked={value}
				disabled={disabled === true || isHeld}
				onChange={(event) => void set(label, { [property]: event.currentTarget.checked })}
			/>
		</Setting>
	);
}

export function ChoiceSetting({
	label,
	help,
	set,
	property,
	why,
	disabled = why !== undefined,
	value,
	choices,
}: ChangeProps & { value: string; choices: readonly { value: string; label: string }[] }) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={why ?? help} label={label}>
			<NativeSelect
				aria-label={label}
				data={[...choices]}
				disabled={disabled === true || isHeld}
				onChange={(event) => void set(label, { [property]: event.currentTarget.value })}
				value={value}
			/>
		</Setting>
	);
}

/** A number, or nothing where it is not set, which an empty field stands for. */
export function NumberSetting({
	label,
	help,
	set,
	property,
	why,
	disabled = why !== undefined,
	value,
	min = 0,
	max,
	unset,
	suffix = '',
}: ChangeProps & {
	value: number | undefined;
	min?: number;
	max?: number;
	/** What stands where it is not set; without, it has to be. */
	unset?: string;
	suffix?: string;
}) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={why ?? help} label={label}>
			<EditableValue<number | undefined>
				disabled={disabled || isHeld}
				label={label}
				onSave={(number) => set(label, { [property]: number ?? null })}
				ready={(number) => number !== undefined || unset !== undefined}
				shown={value === undefined ? unset : formatNumber(value) + suffix}
				value={value}
			>
				{(number, change) => (
					<NumberInput
						allowDecimal={false}
						aria-label={label}
						autoFocus
						max={max}
						min={min}
						onChange={(typed) => change(typeof typed === 'number' ? typed : undefined)}
						value={number ?? ''}
						w={130}
					/>
				)}
			</EditableValue>
		</Setting>
	);
}

/** A size in bytes. */
export function BytesSetting({
	label,
	help,
	set,
	property,
	why,
	disabled = why !== undefined,
	value,
}: ChangeProps & { value: number }) {
	const isHeld = useHeld() !== undefined;
	return (
		<Setting help={why ?? help} label={label}>
			<EditableValue<number | undefined>
				disabled={disabled || isHeld}
				label={label}
				onSave={(bytes) => set(label, { [property]: bytes })}
				ready={(bytes) => bytes !== undefined && bytes > 0}
				shown={formatBytes(value)}
				value={value}
			>
				{(bytes, change) => <BytesInput ariaLabel={label} onChange={change} value={bytes} />}
			</EditableValue>
		</Setting>
	);
}
