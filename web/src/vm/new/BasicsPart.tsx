/** What the VM is called, how many there are to be, and what they get of their host. */
import { NumberInput, Switch, TagsInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { BytesInput } from '../../form/BytesInput';
import css from './NewVm.module.css';
import { MOST } from './names';
import { problem, useForm } from './part';

export function count(value: number | string): number | undefined {
	return typeof value === 'number' ? value : undefined;
}

export function BasicsPart() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, change } = form;
	return (
		<>
			<fieldset className={css.part}>
				<legend>{t('newVm.name')}</legend>
				<div className={css.fields}>
					<TextInput
						autoComplete="off"
						autoFocus
						error={problem(form, t, 'name')}
						label={t('column.name')}
						onChange={(event) => change({ name: event.currentTarget.value })}
						onFocus={(event) => event.currentTarget.select()}
						value={draft.name}
					/>
					<TextInput
						autoComplete="off"
						label={t('edit.description')}
						onChange={(event) => change({ description: event.currentTarget.value })}
						value={draft.description}
					/>
					<TagsInput
						label={t('column.tags')}
						onChange={(tags) => change({ tags })}
						placeholder={draft.tags.length === 0 ? t('newVm.tagsHelp') : undefined}
						value={draft.tags}
					/>
					<Switch
						checked={draft.many}
						className={css.wide}
						label={t('newVm.many')}
						onChange={(event) => change({ many: event.currentTarget.checked })}
					/>
					{draft.many && (
						<>
							<NumberInput
								allowDecimal={false}
								error={problem(form, t, 'count')}
								label={t('newVm.count')}
								max={MOST}
								min={1}
								onChange={(value) => change({ count: count(value) ?? 0 })}
								value={draft.count}
							/>
							<TextInput
								autoComplete="off"
								description={t('newVm.patternHelp')}
								error={problem(form, t, 'pattern')}
								label={t('newVm.pattern')}
								onChange={(event) => change({ pattern: event.currentTarget.value })}
								value={draft.pattern}
							/>
							<NumberInput
								allowDecimal={false}
								label={t('newVm.first')}
								min={0}
								onChange={(value) => change({ first: count(value) ?? 0 })}
								value={draft.first}
							/>
						</>
					)}
				</div>
			</fieldset>
			<fieldset className={css.part}>
				<legend>{t('vm.resources')}</legend>
				<div className={css.fields}>
					<NumberInput
						allowDecimal={false}
						error={problem(form, t, 'cpus')}
						label={t('column.vcpu')}
						min={1}
						onChange={(value) => change({ cpus: count(value) })}
						value={draft.cpus ?? ''}
					/>
					<BytesInput
						error={problem(form, t, 'memory')}
						label={t('column.ram')}
						onChange={(memory) => change({ memory })}
						value={draft.memory}
					/>
					<NumberInput
						allowDecimal={false}
						error={problem(form, t, 'coresPerSocket')}
						label={t('newVm.coresPerSocket')}
						min={1}
						onChange={(value) => change({ coresPerSocket: count(value) })}
						placeholder={t('newVm.byDefault')}
						value={draft.coresPerSocket ?? ''}
					/>
				</div>
			</fieldset>
		</>
	);
}
