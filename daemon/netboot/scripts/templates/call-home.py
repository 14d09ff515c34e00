#!/usr/bin/python3
"""Reports to the Muster control node that this system is up.

On the answer 202 it disables itself and deletes its token. After 30 failed tries it ends with
exit code 1 and runs again at the next boot. Uses only Python's standard library and the program ip.
"""
import argparse
import email.utils
import http.client
import json
import os
import platform
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read().strip()
    except OSError:
        return ""


def address_towards(url):
    """The address this machine uses to reach the control node; no packet is sent."""
    parts = urllib.parse.urlsplit(url)
    error = OSError(f"{parts.hostname} has no address")
    for family, kind, _, _, place in socket.getaddrinfo(parts.hostname, parts.port or 80, type=socket.SOCK_DGRAM):
        try:
            with socket.socket(family, kind) as probe:
                probe.connect(place)
                return probe.getsockname()[0].split("%")[0]
        except OSError as failure:
            error = failure
    raise error


def interface_with(address):
    """The name of the interface that has this address. An interface may have several addresses."""
    listed = subprocess.run(["ip", "-json", "address", "show"], stdout=subprocess.PIPE, check=True, timeout=20)
    for interface in json.loads(listed.stdout):
        if any(each.get("local") == address for each in interface.get("addr_info", [])):
            return interface["ifname"]
    raise OSError(f"no network interface has the address {address}")


def lowest_below(name, above=()):
    """The lowest interfaces below a bridge, bond, team or VLAN, or the interface itself."""
    names = [link[len("lower_"):] for link in os.listdir(f"/sys/class/net/{name}") if link.startswith("lower_")]
    lower = [each for each in sorted(names) if each not in above]
    return [lowest for each in lower for lowest in lowest_below(each, (*above, name))] or [name]


def mac_towards(address):
    """The MAC address with which the firmware of this machine boots: that of the card, not that of a bridge above it."""
    lowest = lowest_below(interface_with(address))
    # The ports of virtual machines are below a bridge too. Only hardware has a device.
    cards = [name for name in lowest if os.path.exists(f"/sys/class/net/{name}/device")] or lowest
    linked = [card for card in cards if read(f"/sys/class/net/{card}/carrier") == "1"]
    chosen = (linked or cards)[0]
    # A bond gives one address to all its cards. The kernel still knows the address of the hardware.
    listed = subprocess.run(["ip", "-json", "link", "show", "dev", chosen], stdout=subprocess.PIPE, check=True, timeout=20)
    return json.loads(listed.stdout)[0].get("permaddr") or read(f"/sys/class/net/{chosen}/address")


def cpu_facts():
    model, count, flags = "", 0, []
    for line in read("/proc/cpuinfo").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            model = value.strip()
        if key.strip() == "processor":
            count += 1
        if key.strip() == "flags":
            flags = value.split()
    # An x86 processor with long mode is a 64-bit processor.
    arch = "x86-64" if "lm" in flags else "i686" if "fpu" in flags else ""
    return model, count, arch


def memory_mb():
    for line in read("/proc/meminfo").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return 0


def disks():
    found = []
    for name in sorted(os.listdir("/sys/block")) if os.path.isdir("/sys/block") else []:
        if name.startswith(("loop", "ram", "zram", "sr", "fd", "dm-", "md", "nbd")) or re.search("boot[0-9]$|rpmb$", name):
            continue
        # The kernel lists each path to a multipath NVMe disk as a hidden disk.
        if read(f"/sys/block/{name}/hidden") == "1":
            continue
        sectors = read(f"/sys/block/{name}/size")
        disk = {"name": name, "sizeGb": round(int(sectors or 0) * 512 / 1e9, 1)}
        rotational = read(f"/sys/block/{name}/queue/rotational")
        if rotational in ("0", "1"):
            disk["rotational"] = rotational == "1"
        model = read(f"/sys/block/{name}/device/model")
        if model:
            disk["model"] = model[:200]
        serial = read(f"/sys/block/{name}/serial") or read(f"/sys/block/{name}/device/serial")
        if serial:
            disk["serial"] = serial[:200]
        found.append(disk)
    return found[:256]


def nics():
    found = []
    for name in sorted(os.listdir("/sys/class/net")):
        place = f"/sys/class/net/{name}"
        mac = read(f"{place}/address")
        if not os.path.exists(f"{place}/device") or not re.fullmatch("([0-9a-f]{2}:){5}[0-9a-f]{2}", mac):
            continue
        card = {"name": name, "mac": mac}
        driver = os.path.basename(os.path.realpath(f"{place}/device/driver"))
        if driver != "driver":
            card["driver"] = driver
        found.append(card)
    return found[:64]


def facts():
    model, count, cpu_arch = cpu_facts()
    dmi = "/sys/class/dmi/id"
    system = {"PRETTY_NAME": ""}
    for line in read("/etc/os-release").splitlines():
        key, _, value = line.partition("=")
        system[key] = value.strip('"')
    known = {
        "cpu": model,
        "manufacturer": read(f"{dmi}/sys_vendor"),
        "product": read(f"{dmi}/product_name"),
        "serial": read(f"{dmi}/product_serial"),
        "arch": platform.machine(),
        "kernel": platform.release(),
        "os": system["PRETTY_NAME"],
    }
    told = {name: value[:200] for name, value in known.items() if value}
    told["arch"] = told.get("arch", "")[:40]
    told.update(
        cpus=count,
        memoryMb=memory_mb(),
        firmware="uefi" if os.path.isdir("/sys/firmware/efi") else "bios",
        disks=disks(),
        nics=nics(),
    )
    if cpu_arch:
        told["cpuArch"] = cpu_arch
    bits = read("/sys/firmware/efi/fw_platform_size")
    if bits in ("32", "64"):
        told["firmwareBits"] = int(bits)
    return told


# The release date of the first version of Muster.
EARLIEST = 1795910400


def answered(config, response):
    if config.get("set_clock"):
        set_clock(response.headers.get("Date"))


def set_clock(date):
    """Sets the clock from the Date of an answer. A machine with a flat battery begins in the past after each power cut."""
    try:
        then = email.utils.parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError):
        return
    # The control node's own clock may not be set either.
    if then < EARLIEST or abs(then - time.time()) < 60:
        return
    try:
        time.clock_settime(time.CLOCK_REALTIME, then)
        subprocess.run(["hwclock", "--systohc", "--utc"], check=False)
    except OSError as error:
        print(f"the clock could not be set: {error}", flush=True)


def attempt(config, host_key_file):
    host_key = " ".join(read(host_key_file).split()[:2])
    address = address_towards(config["url"])
    body = {
        "ip_address": address,
        "hostname": config.get("name") or socket.gethostname().split(".")[0].lower(),
        "token": config["token"],
        "mac": config.get("mac") or mac_towards(address),
        "ssh_host_key": host_key,
        "facts": facts(),
    }
    request = urllib.request.Request(
        config["url"].rstrip("/") + "/api/ready-for-provisioning",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    # A proxy from the environment must not see the token.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as response:
            answered(config, response)
            return response.status, response.read(2000).decode(errors="replace")
    except urllib.error.HTTPError as error:
        answered(config, error)
        return error.code, error.read(2000).decode(errors="replace")


def main():
    options = argparse.ArgumentParser(description="Report to the Muster control node that this system is up.")
    options.add_argument("--config", default="/etc/muster/call-home.json", help="file with url and token, optionally mac and name")
    options.add_argument("--host-key", default="/etc/ssh/ssh_host_ed25519_key.pub", help="this machine's public SSH host key")
    options.add_argument("--tries", type=int, default=30)
    options.add_argument("--interval", type=float, default=10, help="seconds between tries")
    chosen = options.parse_args()
    with open(chosen.config, encoding="utf-8") as file:
        config = json.load(file)
    for number in range(1, chosen.tries + 1):
        try:
            status, answer = attempt(config, chosen.host_key)
        except (OSError, ValueError, subprocess.SubprocessError, http.client.HTTPException) as error:
            status, answer = 0, str(error)
        if status == 202:
            print("called home: " + answer.strip())
            os.unlink(chosen.config)
            subprocess.run(["systemctl", "disable", "muster-call-home.service"], check=False)
            return 0
        print(f"try {number} of {chosen.tries}: {status or 'no answer'}: {answer.strip()[:300]}", flush=True)
        if number < chosen.tries:
            time.sleep(chosen.interval)
    return 1


sys.exit(main())
