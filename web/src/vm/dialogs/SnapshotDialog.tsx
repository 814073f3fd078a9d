/** A snapshot of a VM, with a name and with its memory if it runs; of several, each is named after its VM. */
import { Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormDialog } from '../../form/FormDialog';
import { BulkDialog } from '../../list/BulkDialog';
import type { DialogProps } from '../../list/noun';
import { size } from '../../list/target';
import { useAct } from '../../list/useAct';
import type { Row } from '../../live/view';
import { formatTime } from '../../ui/format';

export default function SnapshotDialog(props: DialogProps) {
	const [only] = props.target.is === 'rows' ? props.target.rows : [];
	return only !== undefined && size(props.target) === 1 ? <One {...props} vm={only} /> : <Many {...props} />;
}

function Many(props: DialogProps) {
	const [saveMemory, setSaveMemory] = useState(false);
	return (
		<BulkDialog {...props} params={saveMemory ? { saveMemory } : undefined}>
			<Memory checked={saveMemory} onChange={setSaveMemory} />
		</BulkDialog>
	);
}

function One({ vm, onClose, ...props }: DialogProps & { vm: Row }) {
	const { t } = useTranslation();
	const act = useAct(props);
	const vmName = props.noun.name(vm);
	const [name, setName] = useState(() => `${vmName} ${formatTime(Date.now() / 1000)}`);
	const [description, setDescription] = useState('');
	const [saveMemory, setSaveMemory] = useState(false);
	const runs = vm.power_state === 'Running' || vm.power_state === 'Paused';
	return (
		<FormDialog
			action={t(props.action.label)}
			onClose={onClose}
			onSubmit={() => {
				const asked = {
					name: name.trim(),
					...(description !== '' && { description }),
					...(saveMemory && { saveMemory }),
				};
				void act(vm, 'vm.snapshot', { id: vm.id, ...asked });
				return undefined;
			}}
			ready={name.trim() !== ''}
			title={t('snapshots.new', { name: vmName })}
		>
			<TextInput
				autoComplete="off"
				data-autofocus
				label={t('column.name')}
				onChange={(event) => setName(event.currentTarget.value)}
				onFocus={(event) => event.currentTarget.select()}
				value={name}
			/>
			<TextInput
				autoComplete="off"
				label={t('edit.description')}
				onChange={(event) => setDescription(event.currentTarget.value)}
				value={description}
			/>
			<Memory checked={saveMemory} disabled={!runs} onChange={setSaveMemory} />
		</FormDialog>
	);
}

interface MemoryProps {
	checked: boolean;
	disabled?: boolean;
	onChange: (checked: boolean) => void;
}

function Memory({ checked, disabled = false, onChange }: MemoryProps) {
	const { t } = useTranslation();
	return (
		<Switch
			checked={checked}
			description={t(disabled ? 'snapshots.noMemory' : 'snapshots.memoryHelp')}
			disabled={disabled}
			label={t('snapshots.withMemory')}
			mb={12}
			onChange={(event) => onChange(event.currentTarget.checked)}
		/>
	);
}
