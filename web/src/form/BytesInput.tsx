/** A size as a number and a unit, kept in bytes. */
import { NativeSelect, NumberInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bytesUnit } from '../ui/format';
import css from './BytesInput.module.css';
import './mantine.css';

const UNITS = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const;
type Unit = keyof typeof UNITS;

interface BytesInputProps {
	/** Said above; without, `ariaLabel` names it. */
	label?: string;
	ariaLabel?: string;
	description?: ReactNode;
	/** In bytes. */
	value: number | undefined;
	onChange: (bytes: number | undefined) => void;
	min?: number;
	max?: number;
	required?: boolean;
	disabled?: boolean;
	error?: ReactNode;
}

/** The largest unit in which it is a short number. */
function unitOf(bytes: number | undefined): Unit {
	if (bytes === undefined || bytes === 0) return 'GiB';
	if (bytes % UNITS.TiB === 0) return 'TiB';
	return bytes % (UNITS.GiB / 4) === 0 ? 'GiB' : 'MiB';
}

export function BytesInput({
	label,
	ariaLabel,
	value,
	onChange,
	min,
	max,
	required,
	disabled,
	...props
}: BytesInputProps) {
	const { t } = useTranslation();
	const [unit, setUnit] = useState<Unit>(() => unitOf(value));
	const scale = UNITS[unit];
	return (
		<div className={css.bytes}>
			<NumberInput
				allowNegative={false}
				aria-label={ariaLabel}
				className={css.number}
				decimalScale={3}
				disabled={disabled}
				label={label}
				max={max === undefined ? undefined : max / scale}
				min={min === undefined ? undefined : min / scale}
				onChange={(number) => onChange(typeof number === 'number' ? Math.round(number * scale) : undefined)}
				required={required}
				value={value === undefined ? '' : value / scale}
				withAsterisk={false}
				{...props}
			/>
			<NativeSelect
				aria-label={t('form.unit', { label: label ?? ariaLabel })}
				data={Object.entries(UNITS).map(([value, size]) => ({ value, label: bytesUnit(Math.log2(size) / 10) }))}
				disabled={disabled}
				onChange={(event) => setUnit(event.currentTarget.value as Unit)}
				value={unit}
			/>
		</div>
	);
}
