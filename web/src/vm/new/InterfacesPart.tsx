/** The network interfaces of the new VM. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ObjectSelect } from '../../form/ObjectSelect';
import { within } from '../../live/listing';
import { AddIcon, RemoveIcon } from '../../ui/icons';
import type { NewInterface } from './draft';
import css from './NewVm.module.css';
import { problem, useForm } from './part';

export function InterfacesPart() {
	const { t } = useTranslation();
	const form = useForm();
	const { draft, facts, change } = form;
	const set = (key: number, part: Partial<NewInterface>) =>
		change({ interfaces: draft.interfaces.map((one) => (one.key === key ? { ...one, ...part } : one)) });
	const add = () => {
		const key = Math.max(-1, ...draft.interfaces.map((one) => one.key)) + 1;
		change({ interfaces: [...draft.interfaces, { key, network: draft.interfaces.at(-1)?.network, mac: '' }] });
	};
	return (
		<fieldset className={css.part}>
			<legend>{t('newVm.interfaces')}</legend>
			<div className={css.lines}>
				{draft.interfaces.map(({ key, network, mac }, at) => (
					<fieldset
						aria-label={t('newVm.interfaceNumber', { number: at + 1 })}
						className={css.line}
						data-of="interface"
						key={key}
					>
						<ObjectSelect
							error={problem(form, t, `interface.${key}.network`)}
							filter={within('', '$pool', facts.pool.id)}
							label={t('network.one')}
							onChange={(row) => set(key, { network: row?.id })}
							required
							type="network"
							value={network}
						/>
						<TextInput
							autoComplete="off"
							error={problem(form, t, `interface.${key}.mac`)}
							label={t('newVm.mac')}
							onChange={(event) => set(key, { mac: event.currentTarget.value })}
							placeholder={t('newVm.ownMac')}
							spellCheck={false}
							value={mac}
						/>
						<ActionIcon
							aria-label={t('newVm.removeInterface', { number: at + 1 })}
							className={css.remove}
							color="gray"
							onClick={() => change({ interfaces: draft.interfaces.filter((one) => one.key !== key) })}
							size="lg"
							variant="subtle"
						>
							<RemoveIcon size={17} />
						</ActionIcon>
					</fieldset>
				))}
				{draft.interfaces.length === 0 && <p className={css.note}>{t('newVm.noInterface')}</p>}
			</div>
			<Button leftSection={<AddIcon size={15} />} onClick={add} size="compact-sm" variant="default">
				{t('newVm.addInterface')}
			</Button>
		</fieldset>
	);
}
