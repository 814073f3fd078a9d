/** The devices of one kind that a VM has, and those it can get. */
import { ActionIcon, NativeSelect } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Setting } from '../../form/Setting';
import { useHeld } from '../../live/Held';
import { useConfirm } from '../../ui/Confirm';
import { RemoveIcon } from '../../ui/icons';
import css from './Config.module.css';

interface DevicesProps {
	label: string;
	help?: string;
	devices: readonly { id: string; name: string }[];
	choices: readonly { value: string; label: string }[];
	onAdd: (choice: string) => void;
	onRemove: (id: string) => void;
	/** What is lost with a device. */
	warning?: string;
	why?: string;
}

export function Devices({ label, help, devices, choices, onAdd, onRemove, warning, why }: DevicesProps) {
	const { t } = useTranslation();
	const confirm = useConfirm();
	const isDisabled = useHeld() !== undefined || why !== undefined;
	const remove = async (id: string, name: string) => {
		const body = <p>{warning ?? t('vmConfig.deviceLost')}</p>;
		const title = t('vmConfig.askRemove', { name });
		if (await confirm({ title, body, action: t('vmConfig.remove'), destroys: warning !== undefined })) onRemove(id);
	};
	return (
		<Setting help={why ?? help} label={label}>
			{devices.map(({ id, name }) => (
				<div className={css.device} key={id}>
					<span>{name}</span>
					<ActionIcon
						aria-label={t('vmConfig.removeEntry', { name })}
						color="gray"
						disabled={isDisabled}
						onClick={() => void remove(id, name)}
						variant="subtle"
					>
						<RemoveIcon size={16} />
					</ActionIcon>
				</div>
			))}
			{choices.length > 0 && (
				<NativeSelect
					aria-label={t('vmConfig.give', { label })}
					data={[{ value: '', label: t('vmConfig.give', { label }) }, ...choices]}
					disabled={isDisabled}
					onChange={(event) => event.currentTarget.value !== '' && onAdd(event.currentTarget.value)}
					value=""
				/>
			)}
		</Setting>
	);
}
