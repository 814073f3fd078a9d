/** Chooses interfaces of a host by what they are plugged into. */
import { Checkbox } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Choices } from '../form/Choices';
import { Ref } from '../list/cells';
import { number, text } from '../list/noun';
import type { Row } from '../live/view';
import { formatNumber } from '../ui/format';
import css from './PifChoices.module.css';

export function PifChoice({
	cards,
	value,
	onChange,
}: {
	cards: readonly Row[];
	value: string | undefined;
	onChange: (id: string) => void;
}) {
	const { t } = useTranslation();
	return (
		<Choices
			choices={cards.map((row) => ({
				value: row.id,
				label: text(row, 'device'),
				help: <What row={row} />,
				hint: <Speed row={row} />,
			}))}
			label={t('newNetwork.on')}
			onChange={onChange}
			value={value}
		/>
	);
}

export function PifChoices({
	cards,
	values,
	onChange,
}: {
	cards: readonly Row[];
	values: readonly string[];
	onChange: (ids: readonly string[]) => void;
}) {
	const { t } = useTranslation();
	return (
		<fieldset className={css.cards}>
			<legend>{t('newNetwork.of')}</legend>
			{cards.map((row) => (
				<Checkbox
					checked={values.includes(row.id)}
					description={
						<>
							<What row={row} /> · <Speed row={row} />
						</>
					}
					key={row.id}
					label={text(row, 'device')}
					onChange={(event) =>
						onChange(event.currentTarget.checked ? [...values, row.id] : values.filter((id) => id !== row.id))
					}
				/>
			))}
			{cards.length < 2 && <p>{t('newNetwork.tooFew')}</p>}
		</fieldset>
	);
}

function What({ row }: { row: Row }) {
	const { t } = useTranslation();
	return (
		<>
			<Ref id={text(row, '$network')} sort="network" />
			{row.management === true && ` · ${t('pif.management')}`}
			{text(row, 'deviceName') !== '' && ` · ${text(row, 'deviceName')}`}
		</>
	);
}

function Speed({ row }: { row: Row }) {
	const { t } = useTranslation();
	if (row.carrier !== true) return <>{t('newNetwork.noLink')}</>;
	return <>{t('newNetwork.speed', { speed: formatNumber(number(row, 'speed') ?? 0) })}</>;
}
