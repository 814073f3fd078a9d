/** What the VM starts from, and what cloud-init tells it at its first start. */
import { SegmentedControl, TextInput } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { useAll } from '../../live/hooks';
import { within } from '../../live/listing';
import { idFilter } from '../../live/names';
import { formatBytes } from '../../ui/format';
import { CloudPart } from './CloudPart';
import { isPv, type Source } from './draft';
import css from './NewVm.module.css';
import { problem, useForm } from './part';

const ID = ['$pool'];
const DISC_COLUMNS = ['size'];

export function InstallPart() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, facts, change } = form;
	const pv = isPv(facts.template);
	const hasDisk = draft.disks.some(({ position }) => position !== undefined);
	const sources: Source[] = [
		...(hasDisk ? (['disk'] as const) : []),
		'cd',
		...(pv ? (['url'] as const) : (['pxe'] as const)),
	];
	const choose = (source: Source) =>
		change({
			source,
			start: source === 'cd' ? draft.disc !== undefined || hasDisk : source !== 'url' || draft.url !== '',
		});
	return (
		<fieldset className={css.part}>
			<legend>{t('newVm.startsFrom')}</legend>
			<div className={css.fields}>
				<SegmentedControl
					aria-label={t('newVm.startsFrom')}
					className={css.wide}
					data={sources.map((source) => ({ value: source, label: t(`newVm.source.${source}`) }))}
					onChange={(source) => choose(source as Source)}
					value={draft.source}
				/>
				{draft.source === 'disk' && <p className={`${css.wide} ${css.note}`}>{t('newVm.sourceHelp.disk')}</p>}
				{draft.source === 'pxe' && <p className={`${css.wide} ${css.note}`}>{t('newVm.sourceHelp.pxe')}</p>}
				{draft.source === 'cd' && <Disc />}
				{draft.source === 'url' && (
					<TextInput
						className={css.wide}
						error={problem(form, t, 'url')}
						label={t('newVm.url')}
						onChange={(event) => change({ url: event.currentTarget.value, start: event.currentTarget.value !== '' })}
						placeholder="http://"
						value={draft.url}
					/>
				)}
			</div>
			<CloudPart />
		</fieldset>
	);
}

/** The discs that the pool's libraries and drives have. */
function Disc() {
	const { t } = useTranslation();
	const { draft, facts, change } = useForm();
	const libraries = useAll('SR', `${within('', '$pool', facts.pool.id)} content_type:iso`, ID);
	const filter = useMemo(() => {
		const ids = libraries?.map(({ id }) => id) ?? [];
		return ids.length === 0 ? 'id:none' : idFilter(ids).replace(/^id:/, '$SR:');
	}, [libraries]);
	return (
		<div className={css.wide}>
			<ObjectSelect
				columns={DISC_COLUMNS}
				description={draft.disc === undefined ? t('newVm.sourceHelp.cd') : undefined}
				filter={filter}
				hint={(row) => (typeof row.size === 'number' ? formatBytes(row.size) : '')}
				label={t('newVm.disc')}
				onChange={(row) => change({ disc: row?.id, start: row !== undefined })}
				placeholder={t('newVm.noDisc')}
				type="VDI"
				value={draft.disc}
			/>
		</div>
	);
}
