/** The form of a new VM: it is complete from the start, so that a press makes one; what is wrong is said at its field. */
import { Button } from '@mantine/core';
import { type FormEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nameLabel } from '../../list/noun';
import { TemplateIcon } from '../../ui/icons';
import { AdvancedPart } from './AdvancedPart';
import { BasicsPart } from './BasicsPart';
import { DisksPart } from './DisksPart';
import { type Draft, draftOf, type Facts, problemsOf } from './draft';
import { InstallPart } from './InstallPart';
import { InterfacesPart } from './InterfacesPart';
import css from './NewVm.module.css';
import { Preview } from './Preview';
import { FormContext } from './part';
import { useCreate } from './useCreate';

interface NewVmFormProps {
	facts: Facts;
	/** The host it was asked for, which it then prefers. */
	host: string | undefined;
	onBack: () => void;
}

export function NewVmForm({ facts, host, onBack }: NewVmFormProps) {
	const { t } = useTranslation();
	const [draft, setDraft] = useState<Draft>(() => ({ ...draftOf(facts), ...(host !== undefined && { host }) }));
	const problems = useMemo(() => problemsOf(draft), [draft]);
	const { create, isBusy, error, refused } = useCreate(facts.template);
	const element = useRef<HTMLFormElement>(null);
	const count = Object.keys(problems).length;
	const submit = (event: FormEvent) => {
		event.preventDefault();
		if (isBusy) return;
		if (count === 0) return void create(draft);
		const first = element.current?.querySelector<HTMLElement>(':is(input, select, textarea)[aria-invalid="true"]');
		first?.closest('details')?.setAttribute('open', '');
		first?.focus();
	};
	const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }));
	return (
		<FormContext value={{ draft, facts, change, problems, refused }}>
			<form className={css.form} noValidate onSubmit={submit} ref={element}>
				<div className={css.parts}>
					<div className={css.chosen}>
						<TemplateIcon size={18} />
						<span className={css.grow}>
							{t('newVm.madeOf', { template: nameLabel(facts.template), pool: nameLabel(facts.pool) })}
						</span>
						<Button onClick={onBack} size="compact-sm" variant="default">
							{t('newVm.otherTemplate')}
						</Button>
					</div>
					<BasicsPart />
					<InstallPart />
					<DisksPart />
					<InterfacesPart />
					<AdvancedPart />
				</div>
				<Preview count={count} error={error} isBusy={isBusy} />
			</form>
		</FormContext>
	);
}
