import { Checkbox, NumberInput, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import css from './Rename.module.css';
import type { Fault, Rule } from './rule';

const BELOW: ('label' | 'input' | 'description' | 'error')[] = ['label', 'input', 'description', 'error'];

interface RuleFieldsProps {
	rule: Rule;
	fault: Fault | undefined;
	disabled: boolean;
	onChange: (rule: Rule) => void;
}

/** How new names are made: the pattern, and what is replaced in the present names beforehand. */
export function RuleFields({ rule, fault, disabled, onChange }: RuleFieldsProps) {
	const { t } = useTranslation();
	const change = (part: Partial<Rule>) => onChange({ ...rule, ...part });
	return (
		<fieldset className={css.fields} disabled={disabled}>
			<TextInput
				autoComplete="off"
				data-autofocus
				description={t('rename.patternHelp', { name: '{name}', n: '{n}', n3: '{n:03}' })}
				inputWrapperOrder={BELOW}
				error={fault?.is === 'placeholder' && t('rename.noPlaceholder', { text: fault.text })}
				label={t('rename.pattern')}
				onChange={(event) => change({ pattern: event.currentTarget.value })}
				spellCheck={false}
				value={rule.pattern}
			/>
			<NumberInput
				allowDecimal={false}
				allowNegative={false}
				label={t('rename.start')}
				onChange={(value) => change({ start: Number(value) || 0 })}
				value={rule.start}
			/>
			<TextInput
				autoComplete="off"
				error={fault?.is === 'expression' && t('rename.badExpression', { reason: fault.text })}
				label={t('rename.find')}
				onChange={(event) => change({ find: event.currentTarget.value })}
				spellCheck={false}
				value={rule.find}
			/>
			<TextInput
				autoComplete="off"
				description={rule.isExpression ? t('rename.groupsHelp') : undefined}
				disabled={rule.find === ''}
				inputWrapperOrder={BELOW}
				label={t('rename.replace')}
				onChange={(event) => change({ replace: event.currentTarget.value })}
				spellCheck={false}
				value={rule.replace}
			/>
			<Checkbox
				checked={rule.isExpression}
				className={css.expression}
				label={t('rename.expression')}
				onChange={(event) => change({ isExpression: event.currentTarget.checked })}
			/>
		</fieldset>
	);
}
