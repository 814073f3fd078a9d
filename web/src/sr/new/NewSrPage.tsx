/** A new storage: which host makes it, of what kind, where it is, and what it is called. */
import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../api/errors';
import { usePageSearch } from '../../app/PageLink';
import { Choices } from '../../form/Choices';
import { ObjectSelect } from '../../form/ObjectSelect';
import { PATIENCE } from '../../list/Actions';
import { Ref } from '../../list/cells';
import { NeedsPool } from '../../list/NeedsPool';
import { text } from '../../list/noun';
import { useConnectionState, useLive, useObject, useView } from '../../live/hooks';
import { useConfirm } from '../../ui/Confirm';
import { FormEnd, FormPage, Part } from '../../ui/FormPage';
import { Warning } from '../../ui/Warning';
import { KindFields } from './KindFields';
import { type Draft, EMPTY, KINDS, type Kind, planOf } from './plan';

const POOLS = { type: 'pool', filter: '', columns: ['master'], limit: 2 };
const HOST_COLUMNS = ['$pool'];
const FORMATS = ['', 'vhd', 'qcow2', 'vhd, qcow2', 'qcow2, vhd'] as const;

export default function NewSrPage() {
	const { t } = useTranslation();
	const { connection } = useLive();
	const navigate = useNavigate();
	const confirm = useConfirm();
	const isLost = useConnectionState().is === 'lost';
	const asked = usePageSearch();
	const { object: pool } = useObject('pool', asked.pool);
	const { rows: pools, view } = useView(POOLS);
	const [chosen, setHost] = useState<string | undefined>(asked.host);
	const [only] = view.total === 1 ? pools : [];
	const host = chosen ?? pool?.master ?? (only && text(only, 'master')) ?? '';
	const [kind, setKind] = useState<Kind>();
	const [draft, setDraft] = useState<Draft>(EMPTY);
	const [name, setName] = useState('');
	const [description, setDescription] = useState('');
	const [isBusy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const plan = kind && planOf(kind, draft, { host, name: name.trim(), description: description.trim() });
	const create = async (event: FormEvent) => {
		event.preventDefault();
		if (plan === undefined || isBusy) return;
		if (plan.destroys !== undefined) {
			const yes = await confirm({
				title: t('newSr.askFormat', { over: plan.destroys }),
				body: <p>{t('newSr.formats', { over: plan.destroys })}</p>,
				action: t('newSr.format'),
				destroys: true,
			});
			if (!yes) return;
		}
		setBusy(true);
		setError(undefined);
		try {
			const id = String(await connection.call(plan.method, plan.params, PATIENCE));
			await navigate({ to: '/$list/$id', params: { list: 'srs', id }, search: {} });
		} catch (failure) {
			setError(errorText(failure));
		} finally {
			setBusy(false);
		}
	};
	const hasFormats = kind !== undefined && !kind.startsWith('iso') && kind !== 'other' && draft.existing === '';
	return (
		<NeedsPool title={t('sr.new')}>
			<FormPage help={t('newSr.help')} title={t('sr.new')}>
				<form onSubmit={(event) => void create(event)}>
					<Part help={t('newSr.hostHelp')} title={t('host.one')}>
						<ObjectSelect
							columns={HOST_COLUMNS}
							hint={(row) => <Ref id={text(row, '$pool')} sort="place" />}
							label={t('newSr.host')}
							onChange={(row) => {
								setHost(row?.id);
								setDraft(EMPTY);
							}}
							required
							type="host"
							value={host === '' ? undefined : host}
						/>
					</Part>
					<Part title={t('column.type')}>
						<Choices
							beside
							choices={KINDS.map((value) => ({
								value,
								label: t(`newSr.kind.${value}.label`),
								help: t(`newSr.kind.${value}.help`),
							}))}
							label={t('newSr.kindOf')}
							onChange={(next) => {
								setKind(next);
								setDraft(EMPTY);
								setError(undefined);
							}}
							value={kind}
						/>
					</Part>
					{kind !== undefined && host !== '' && (
						<Part title={t('newSr.where')}>
							<KindFields
								draft={draft}
								host={host}
								key={`${kind} ${host}`}
								kind={kind}
								onChange={(change) => setDraft((before) => ({ ...before, ...change }))}
							/>
						</Part>
					)}
					{kind !== undefined && (
						<Part title={t('newSr.called')}>
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
							{hasFormats && (
								<NativeSelect
									data={FORMATS.map((value) => ({
										value,
										label: value === '' ? t('newSr.usualFormat') : value.toUpperCase(),
									}))}
									description={t('newSr.formatsHelp')}
									label={t('newSr.formatsOf')}
									onChange={(event) => setDraft({ ...draft, formats: event.currentTarget.value as Draft['formats'] })}
									value={draft.formats}
								/>
							)}
						</Part>
					)}
					<FormEnd error={error}>
						{plan?.destroys !== undefined && (
							<Warning tone="bad">{t('newSr.formats', { over: plan.destroys })}</Warning>
						)}
						<Button
							color={plan?.destroys === undefined ? undefined : 'red.8'}
							disabled={plan === undefined || isLost}
							loading={isBusy}
							type="submit"
						>
							{t(
								draft.existing !== ''
									? 'newSr.attachIt'
									: plan?.destroys === undefined
										? 'newSr.create'
										: 'newSr.format',
							)}
						</Button>
					</FormEnd>
				</form>
			</FormPage>
		</NeedsPool>
	);
}
