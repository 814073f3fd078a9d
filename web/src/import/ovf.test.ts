// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { readOvf } from './ovf';

const OVF = `<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
	xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
	<DiskSection><Disk ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="d" ovf:fileRef="f"/></DiskSection>
	<NetworkSection><Network ovf:name="VM Network"/></NetworkSection>
	<VirtualSystem ovf:id="vm"><Name>web</Name><AnnotationSection><Annotation>A shop</Annotation></AnnotationSection>
	<VirtualHardwareSection>
		<Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
		<Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>4096</rasd:VirtualQuantity></Item>
	</VirtualHardwareSection></VirtualSystem>
</Envelope>`;

function tar(name: string, content: string): Blob {
	const header = new Uint8Array(512);
	const write = (at: number, text: string) => header.set(new TextEncoder().encode(text), at);
	write(0, name);
	write(124, content.length.toString(8).padStart(11, '0'));
	write(257, 'ustar');
	return new Blob([header, content]);
}

it('reads what an OVA says of its VM', async () => {
	expect(await readOvf(tar('web.ovf', OVF))).toEqual({
		name: 'web',
		description: 'A shop',
		vcpus: 2,
		memory: 4 * 2 ** 30,
		disks: [8 * 2 ** 30],
		networks: ['VM Network'],
	});
});

it('says nothing of what is no OVA', async () => {
	expect(await readOvf(tar('ova.xml', OVF))).toBeUndefined();
	expect(await readOvf(tar('web.ovf', '<Envelope/>'))).toBeUndefined();
	expect(await readOvf(new Blob(['short']))).toBeUndefined();
});
