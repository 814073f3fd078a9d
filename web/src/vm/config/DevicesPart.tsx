/** Devices that the VM gets of its host: a TPM, graphics cards, PCI and USB devices. What the pool has none of is not shown. */
import { useTranslation } from 'react-i18next';
import { Settings } from '../../form/Setting';
import { text } from '../../list/noun';
import { useAll, useLive } from '../../live/hooks';
import { within } from '../../live/listing';
import { useTell } from '../../ui/tell';
import { Devices } from './Devices';
import type { PartProps } from './VmConfig';

const PCI_COLUMNS = ['pci_id', 'class_name', 'device_name', '$host'];
const USB_COLUMNS = ['description', 'usbGroup', 'passthroughEnabled'];
const TYPE_COLUMNS = ['modelName', 'vendorName', 'gpuGroups'];

export function DevicesPart({ vm, halt }: PartProps) {
	const { t } = useTranslation();
	const { connection } = useLive();
	const tell = useTell();
	const pool = within('', '$pool', vm.$pool);
	const [supported] = useAll('pool', `id:${vm.$pool}`) ?? [];
	const pcis = useAll('PCI', pool, PCI_COLUMNS) ?? [];
	const types = useAll('vgpuType', pool, TYPE_COLUMNS) ?? [];
	const vgpus = useAll('vgpu', vm.VGPUs.length === 0 ? undefined : within('', 'vm', vm.id)) ?? [];
	const usbs = useAll('PUSB', pool, USB_COLUMNS) ?? [];
	const vusbs = useAll('VUSB', within('', 'vm', vm.id)) ?? [];
	const act = (label: string, call: () => Promise<unknown>) => {
		const name = vm.name_label;
		return void tell(
			{ action: label, doing: t('edit.change', { label }), done: t('form.set', { name, label }), name },
			call,
		);
	};
	const uefi = vm.boot.firmware === 'uefi';
	const noTpm = uefi ? (supported?.vtpmSupported === true ? halt : t('newVm.noVtpm')) : t('vmConfig.needsUefi');
	const usable = pcis.filter((pci) => vm.$container === vm.$pool || pci.$host === vm.$container);
	const attached = vm.attachedPcis ?? [];
	const typeName = (id: string) => text(types.find((type) => type.id === id) ?? { id }, 'modelName') || id;
	const usbName = (group: string) =>
		text(usbs.find((usb) => usb.usbGroup === group) ?? { id: '' }, 'description') || group;
	const [tpm, pci, usb, vgpu] = [t('newVm.vtpm'), t('vmConfig.pci'), t('vmConfig.usb'), t('newVm.gpuGroup')];
	return (
		<Settings title={t('vmConfig.devices')}>
			<Devices
				choices={vm.VTPMs.length === 0 ? [{ value: 'tpm', label: tpm }] : []}
				devices={vm.VTPMs.map((id) => ({ id, name: tpm }))}
				label={tpm}
				onAdd={() => act(tpm, () => connection.call('vtpm.create', { id: vm.id }))}
				onRemove={(id) => act(tpm, () => connection.call('vtpm.destroy', { id }))}
				warning={t('vmConfig.tpmLost')}
				why={noTpm}
			/>
			{(types.length > 0 || vgpus.length > 0) && (
				<Devices
					choices={types.flatMap((type) =>
						((type.gpuGroups as string[] | undefined) ?? []).map((group) => ({
							value: `${group} ${type.id}`,
							label: `${text(type, 'vendorName')} ${text(type, 'modelName')}`,
						})),
					)}
					devices={vgpus.map((card) => ({ id: card.id, name: typeName(text(card, 'vgpuType')) }))}
					label={vgpu}
					onAdd={(choice) => {
						const [gpuGroup = '', vgpuType = ''] = choice.split(' ');
						act(vgpu, () => connection.call('vm.createVgpu', { vm: vm.id, gpuGroup, vgpuType }));
					}}
					onRemove={(id) => act(vgpu, () => connection.call('vm.deleteVgpu', { vgpu: id }))}
					why={halt}
				/>
			)}
			{(usable.length > 0 || attached.length > 0) && (
				<Devices
					choices={usable
						.filter((device) => !attached.includes(text(device, 'pci_id')))
						.map((device) => ({ value: device.id, label: pciName(device) }))}
					devices={attached.map((address) => {
						const known = pcis.find((device) => device.pci_id === address);
						return { id: address, name: known === undefined ? address : pciName(known) };
					})}
					help={t('vmConfig.pciHelp')}
					label={pci}
					onAdd={(id) => act(pci, () => connection.call('vm.attachPcis', { id: vm.id, pcis: [id] }))}
					onRemove={(address) => act(pci, () => connection.call('vm.detachPcis', { id: vm.id, pciIds: [address] }))}
				/>
			)}
			{(usbs.length > 0 || vusbs.length > 0) && (
				<Devices
					choices={usbs
						.filter((device) => device.passthroughEnabled === true && text(device, 'usbGroup') !== '')
						.map((device) => ({ value: text(device, 'usbGroup'), label: text(device, 'description') }))}
					devices={vusbs.map((device) => ({ id: device.id, name: usbName(text(device, 'usbGroup')) }))}
					help={t('vmConfig.usbHelp')}
					label={usb}
					onAdd={(usbGroup) => act(usb, () => connection.call('vusb.create', { vm: vm.id, usbGroup }))}
					onRemove={(id) => act(usb, () => connection.call('vusb.destroy', { id }))}
				/>
			)}
		</Settings>
	);
}

function pciName(pci: Parameters<typeof text>[0]): string {
	return `${text(pci, 'pci_id')} ${text(pci, 'device_name')}`;
}
