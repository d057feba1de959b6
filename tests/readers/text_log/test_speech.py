"""Speech and translation: fairseq, ESPnet2, Kaldi, SpeechBrain, HiFi-GAN, DeepSpeech, OpenNMT, Marian."""

from __future__ import annotations

from pathlib import Path

from curveread.run.roles import Role
from tests.readers.text_log.support import points, read


def test_fairseq_tells_updates_from_means_of_epochs(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        t = f"2020-05-01 12:0{e}:00 | INFO |"
        for i in (100, 200, 300):
            text += (
                f"{t} train_inner | epoch {e:03d}:    {i} / 300 loss={12 - e}.{i}, nll_loss=11.2, ppl=2300.1, ups=1, "
            )
            text += f"num_updates={(e - 1) * 300 + i}, lr=1.25e-05, gnorm=2.125\n"
        text += f"{t} valid | epoch {e:03d} | valid on 'valid' subset | loss {9 - e}.25 | ppl 140.1 | num_updates {300 * e} | best_loss 8.1\n"
        text += f"{t} train | epoch {e:03d} | loss {11 - e}.5 | nll_loss 11.1 | ppl 1500.1 | ups 1 | num_updates {300 * e} | lr 1e-05 | gnorm 2.1\n"
    part = read(tmp_path, text)
    assert points(part, "loss")[:4] == [(100, 11.1), (200, 11.2), (300, 11.3), (400, 10.1)]
    assert len(part.curves["loss"]) == 9
    assert points(part, "valid loss") == [(300, 8.25), (600, 7.25), (900, 6.25)]
    assert points(part, "loss_epoch") == [(300, 10.5), (600, 9.5), (900, 8.5)]
    assert part.curves["gnorm"].role is Role.GRAD_NORM


def test_espnet2(tmp_path: Path) -> None:
    text = ""
    for e in (1, 2, 3):
        for i in (100, 200):
            text += f"[gpu1] 2021-01-01 12:00:00,123 (trainer:272) INFO: {e}epoch:train:{i - 99}-{i}batch: iter_time=0.012, "
            text += f"loss_ctc=51.2, loss={60 - e}.{i}, acc=0.31, optim0_lr0=1.2e-05\n"
        text += (
            f"[gpu1] 2021-01-01 12:10:00,123 (trainer:343) INFO: {e}epoch results: [train] loss={58 - e}.5, acc=0.35, "
        )
        text += f"time=10 minutes and 1.2 seconds, total_count={200 * e}, [valid] loss_ctc=40.1, loss={48 - e}.5, acc=0.45\n"
    part = read(tmp_path, text)
    assert points(part, "loss") == [(100, 59.1), (200, 59.2), (300, 58.1), (400, 58.2), (500, 57.1), (600, 57.2)]
    assert points(part, "valid loss") == [(200, 47.5), (400, 46.5), (600, 45.5)]
    assert points(part, "loss_epoch") == [(200, 57.5), (400, 56.5), (600, 55.5)]


def test_kaldi(tmp_path: Path) -> None:
    head = (
        "LOG (nnet3-chain-train[5.5]:PrintStatsForThisMinibatch():nnet-training.cc:399) Average objective function for"
    )
    text = "".join(
        f"{head} 'output' for minibatches {i}-{i + 99} is -0.{500 - i} over 6400 frames.\n" for i in (0, 100, 200, 300)
    )
    part = read(tmp_path, text)
    assert points(part, "Average objective function") == [(99, -0.5), (199, -0.4), (299, -0.3), (399, -0.2)]
    assert part.curves["Average objective function"].role is Role.QUALITY_METRIC  # a log-likelihood, no loss
    text = "".join(
        f"ITERATION {i:02d}: TRAIN AVG.LOSS 2.{i}, (lrate0.008), CROSSVAL AVG.LOSS 1.{i}, nnet accepted (nnet_{i:02d})\n"
        for i in range(1, 5)
    )
    part = read(tmp_path, text)
    assert points(part, "TRAIN AVG.LOSS") == [(1, 2.1), (2, 2.2), (3, 2.3), (4, 2.4)]
    assert points(part, "CROSSVAL AVG.LOSS")[0] == (1, 1.1)


def test_trax(tmp_path: Path) -> None:
    text = "".join(
        f"Step    {i}: Ran 500 train steps in 12.34 secs\nStep    {i}: train CrossEntropyLoss |  2.{i}\n"
        f"Step    {i}: eval  CrossEntropyLoss |  3.{i}\nStep    {i}: eval          Accuracy |  0.{i}\n"
        for i in range(500, 3000, 500)
    )
    part = read(tmp_path, text)
    for tag, whole in (("train CrossEntropyLoss", 2), ("eval CrossEntropyLoss", 3), ("eval Accuracy", 0)):
        assert points(part, tag) == [(i, float(f"{whole}.{i}")) for i in range(500, 3000, 500)]


def test_speechbrain_and_hifi_gan(tmp_path: Path) -> None:
    text = "".join(
        f"epoch: {e}, lr: 1.00e-03 - train loss: 1.{e}3 - valid loss: {9 - e}.58e-01, valid CER: 12.{e}, valid WER: 2{e}.1\n"
        for e in range(1, 5)
    )
    part = read(tmp_path, text)
    assert points(part, "train loss") == [(1, 1.13), (2, 1.23), (3, 1.33), (4, 1.43)]
    assert points(part, "valid loss")[0] == (1, 0.858)
    text = "".join(
        f"Steps : {i}, Gen Loss Total : 7{i}.125, Mel-Spec. Error : 1.{i}, s/b : 0.4\n" for i in range(0, 25, 5)
    )
    part = read(tmp_path, text)
    assert points(part, "Gen Loss Total") == [(i, float(f"7{i}.125")) for i in range(0, 25, 5)]
    assert points(part, "Mel-Spec. Error")[1] == (5, 1.5)


def test_names_and_numbers_between_bars(tmp_path: Path) -> None:
    text = "".join(f"[{i:05d}] gen -2.{i} | disc 1.{i} | fm_loss 0.{300 - i}\n" for i in range(10, 60, 10))
    part = read(tmp_path, text)
    assert points(part, "gen") == [(10, -2.1), (20, -2.2), (30, -2.3), (40, -2.4), (50, -2.5)]
    assert points(part, "fm_loss")[0] == (10, 0.29)


def test_deepspeech_names_the_split_after_the_epoch(tmp_path: Path) -> None:
    text = ""
    for e in range(4):
        text += f"Epoch {e} | Training | Elapsed Time: 0:01:0{e} | Steps: 100 | Loss: 5{e}.125\n"
        text += f"Epoch {e} | Validation | Elapsed Time: 0:00:0{e} | Steps: 10 | Loss: 4{e}.125 | Dataset: dev.csv\n"
    part = read(tmp_path, text)
    assert points(part, "Loss") == [(0, 50.125), (1, 51.125), (2, 52.125), (3, 53.125)]
    assert points(part, "validation Loss") == [(0, 40.125), (1, 41.125), (2, 42.125), (3, 43.125)]


def test_opennmt_and_marian(tmp_path: Path) -> None:
    head = "[2020-01-01 12:00:00,123 INFO]"
    text = ""
    for i in range(50, 350, 50):
        text += f"{head} Step {i}/100000; acc:  12.12; ppl: 9{i}.25; xent: 5.{i}; lr: 0.00012; 1234/2345 tok/s;     10 sec\n"
        if i % 100 == 0:
            text += f"{head} Validation perplexity: 8{i}.5\n"
    part = read(tmp_path, text)
    assert points(part, "ppl")[:2] == [(50, 950.25), (100, 9100.25)]
    assert points(part, "Validation perplexity") == [(100, 8100.5), (200, 8200.5), (300, 8300.5)]
    text = "".join(
        f"[2020-01-01 12:00:00] Ep. 1 : Up. {i} : Sen. {i * 100} : Cost 6.{i} : Time 100.12s : 12345.67 words/s\n"
        for i in range(500, 3000, 500)
    )
    assert points(read(tmp_path, text), "Cost") == [(i, float(f"6.{i}")) for i in range(500, 3000, 500)]
