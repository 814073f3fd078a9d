/** Repositories that are on a storage already, to attach in place of making a new one. */
import type { UseQueryResult } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Existing as Found } from '../../api/schema';
import { nameLabel } from '../../list/noun';
import { useView } from '../../live/hooks';
import { idFilter } from '../../live/names';
import { Warning } from '../../ui/Warning';
import { Found as FoundChoices } from './Found';

interface ExistingProps {
	query: UseQueryResult<Found[]>;
	/** What would be written over by a new one; nothing where a new one does not disturb those that are there. */
	over: string | undefined;
	value: string;
	onChange: (uuid: string) => void;
}

const COLUMNS = ['name_label'];
const NEW = 'new';

export function Existing({ query, over, value, onChange }: ExistingProps) {
	const { t } = useTranslation();
	const found = query.data ?? [];
	const ids = found.map(({ uuid }) => uuid).join();
	const wish = useMemo(
		() => (ids === '' ? undefined : { type: 'SR', filter: idFilter(ids.split(',')), columns: COLUMNS, limit: 100 }),
		[ids],
	);
	const known = useView(wish).rows;
	return (
		<>
			<FoundChoices
				choices={(all) => [
					...all.map(({ uuid }) => {
						const used = known.find(({ id }) => id === uuid);
						return {
							value: uuid,
							label: t('newSr.attach', { uuid }),
							help: used === undefined ? t('newSr.attachHelp') : t('newSr.usedAs', { name: nameLabel(used) }),
							disabled: used !== undefined,
						};
					}),
					...(all.length === 0
						? []
						: [
								{
									value: NEW,
									label: t('newSr.makeNew'),
									help: over === undefined ? undefined : t('newSr.overwrites', { over }),
								},
							]),
				]}
				label={t('newSr.there')}
				none={t('newSr.noneThere')}
				onChange={(uuid) => onChange(uuid === NEW ? '' : uuid)}
				query={query}
				value={value === '' ? NEW : value}
			/>
			{found.length > 0 && value === '' && over !== undefined && (
				<Warning tone="bad">{t('newSr.losesThere', { over })}</Warning>
			)}
		</>
	);
}
