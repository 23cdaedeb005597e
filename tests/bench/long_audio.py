#!/usr/bin/python3
"""Extracts z and c of long audio through phonoscope-cli: speed, peak memory, equal bits.

    long_audio.py PHONOSCOPE_CLI [MINUTES = 60] [more arguments for extract ...]

Writes its audio, a seeded large model and the features to a temporary directory ($TMPDIR) and
removes them. Features are computed twice, the second time with half the threads and another memory
limit, and compared byte by byte.
"""
import array
import filecmp
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import wave

RATE = 16000


def write_audio(path, minutes):
    noise = random.Random(7)
    second = [int(2000 * noise.gauss(0, 1)) for _ in range(RATE)]
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for s in range(minutes * 60):
            gain = 0.2 + 0.8 * abs(math.sin(0.37 * s))
            start = noise.randrange(RATE)
            turned = second[start:] + second[:start]
            out.writeframes(array.array("h", (int(gain * x) for x in turned)).tobytes())


def extract(cli, model, audio, out, arguments):
    start = time.monotonic()
    child = subprocess.Popen([cli, "extract", "--checkpoint", model, "--out", out,
                              "--format", "npy", *arguments, audio], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit("phonoscope-cli failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    cli = sys.argv[1]
    minutes = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    arguments = sys.argv[3:]
    with tempfile.TemporaryDirectory() as folder:
        model, audio = os.path.join(folder, "large.safetensors"), os.path.join(folder, "long.wav")
        write_audio(audio, minutes)
        subprocess.run([cli, "init", "--preset", "large", "--seed", "1", model], check=True,
                       stdout=subprocess.DEVNULL)
        first, second = os.path.join(folder, "first"), os.path.join(folder, "second")
        seconds, peak = extract(cli, model, audio, first, arguments)
        print(f"{minutes} min, default limits: {seconds:.1f} s, {60 * minutes / seconds:.1f} x real "
              f"time, peak {peak:.0f} MB resident")
        threads = max(1, (os.cpu_count() or 2) // 2)
        seconds, peak = extract(cli, model, audio, second,
                                arguments + ["--threads", str(threads), "--memory-limit", "200MiB"])
        print(f"{minutes} min, {threads} thread(s), 200 MiB: {seconds:.1f} s, "
              f"{60 * minutes / seconds:.1f} x real time, peak {peak:.0f} MB resident")
        for name in ("long.z.npy", "long.c.npy"):
            same = filecmp.cmp(os.path.join(first, name), os.path.join(second, name), shallow=False)
            print(f"{name}: {'the same bits' if same else 'DIFFERENT BITS'}")


if __name__ == "__main__":
    main()
