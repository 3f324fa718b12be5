#!/bin/sh
# Makes what the emulated guests boot, in the folder $1: vmlinuz, bench.ko and modules of Debian. Debian's own kernel, as apt would
# install it now, is downloaded (85 MB) and unpacked, never installed; bench.c is built against its headers.
set -eu
into=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# What a guest loads, and what of a disk is no part of the kernel itself; a kernel that has one built in has no such file.
modules="i2c-dev virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk
    crc16 crc32c_generic libcrc32c mbcache jbd2 ext4"

newest() { apt-cache depends --important "$1" 2>/dev/null | sed -n "s/^ *Depends: \($2\)$/\1/p" | head -n 1; }
fetch() { apt-get -q download "$@" || { apt-get -q update && apt-get -q download "$@"; }; }

case $(uname -m) in
x86_64) arch=amd64 ;;
*) echo "the emulated guest is made for x86_64 alone, this is $(uname -m)" >&2; exit 1 ;;
esac
image=$(newest "linux-image-$arch" "linux-image-[^ ]*")
if [ -z "$image" ]; then
    apt-get -q update
    image=$(newest "linux-image-$arch" "linux-image-[^ ]*")
fi
[ -n "$image" ] || { echo "apt knows no linux-image-$arch: a Debian of this architecture is needed" >&2; exit 1; }
release=${image#linux-image-}
common=$(newest "linux-headers-$release" "linux-headers-[^ ]*-common")
kbuild=$(newest "linux-headers-$release" "linux-kbuild-[^ ]*")
fetch "$image" "linux-headers-$release" "$common" "$kbuild"

mkdir image
dpkg-deb --fsys-tarfile "$image"_*.deb | tar -x -C image --wildcards './boot/vmlinuz-*' '*/kernel/*.ko*'
for package in linux-headers-*.deb linux-kbuild-*.deb; do
    dpkg-deb -x "$package" headers
done
tree=$work/headers/usr/src/linux-headers-$release
# The one absolute path in it.
sed -i "s#/usr/src/#$work/headers/usr/src/#" "$tree/Makefile"
mkdir module
cp "$here/bench.c" module/
echo 'obj-m := bench.o' >module/Makefile
make -C "$tree" M="$work/module" CC=gcc modules

mkdir -p "$into.part"
cp image/boot/vmlinuz-* "$into.part/vmlinuz"
cp module/bench.ko "$into.part/"
for module in $modules; do
    find image -name "$module.ko" -exec cp {} "$into.part/" \;
    find image -name "$module.ko.xz" -exec sh -c 'xz -dc "$1" >"$2"' sh {} "$into.part/$module.ko" \;
done
for module in i2c-dev virtio_blk ext4; do
    [ -s "$into.part/$module.ko" ] || { echo "$image has no module $module" >&2; exit 1; }
done
rm -rf "$into"
mv "$into.part" "$into"
echo "the emulated guest has $release"
