"""The words of training logs, as data: what a noun names, which way of it is better, in what unit it is counted.

The words are those of the whole field, not of one framework: a head is the noun that names a quantity, a qualifier says
which one of its kind, a split says on which data. :mod:`curveread.run.tags.grammar` puts them together.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Noun(StrEnum):
    """What a head names, before the run is known that it belongs to."""

    LOSS = "loss"
    ACCURACY = "accuracy"
    QUALITY = "quality"
    ERROR = "error"
    PERPLEXITY = "perplexity"
    REWARD = "reward"
    LEARNING_RATE = "learning-rate"
    NORM = "norm"
    GRAD_NORM = "grad-norm"
    KL = "kl"
    ENTROPY = "entropy"
    THROUGHPUT = "throughput"
    EPOCH = "epoch"
    COUNTER = "counter"
    TOKENS = "tokens"
    TIME = "time"
    MEMORY = "memory"
    SYSTEM = "system"
    SETTING = "setting"
    DIAGNOSTIC = "diagnostic"


class Head(NamedTuple):
    """A noun, in the singular, that names a quantity, which way is better (``higher``, ``lower``), and the unit."""

    words: tuple[str, ...]
    kind: Noun
    better: str = ""
    unit: str = ""


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


EVAL_WORDS = _set(
    "va te eval evals evaluation evaluate evaluated evaluating val vals valid validation validate validated validating "
    "vali vld test tests tested testing tst dev devel development heldout holdout cv unseen minival vl"
)
"""Words of the splits that a model is not trained on; ``cv`` is the cross-validation set of speech recipes."""
SHORT_SPLITS = _set("tr te va vl")
"""Splits in short; beside one in full they say something else: ``train_tr_loss`` is of a translation."""
TRAIN_WORDS = _set("train trains training trained trn tr fit learn")

# --- the heads ---------------------------------------------------------------------------------------------------

_LOSSES = {
    "": "loss | cost | criterion | risk | hinge | mhinge | huber | smooth l 1 | info nce | infonce | nt xent | "
    "ntxent | triplet | bpr | ctc | rnnt | focal | elbo | neg elbo | objective | energy score | deviance | poisson | "
    "gamma deviance | tweedie | contrastive | supcon | siglip | dcl | multi margin | poly loss | vicreg | barlow | "
    "criterion value | regularized risk | pinball | quantile loss | vb | vlb | variational bound | optimgain | "
    "surrgain | term | multiclass | mle | log mle | nelbo | reg | regularizer | "
    "regularization | regularisation",
    "nats": "cross entropy | cross ent | crossentropy | xent | x ent | ce | nll | nllh | log loss | logloss | "
    "mlogloss | binary logloss | multi logloss | multilogloss | binary cross entropy | bce | softmax loss | lm loss "
    "| neg log likelihood | negative log likelihood | neg log lik | neg loglik | neg log prob | neg log p | "
    "log ppl | log pplx | log perplexity | "
    "categorical crossentropy | binary crossentropy | sparse categorical crossentropy | mlm loss | clm loss | token "
    "loss | cross entropy lambda",
    "bits": "bpb | bpc | bpd | bpt | bpw | bit per byte | bit per char | bit per character | bit per dim | bit per "
    "dimension | bit per token | bit per word",
}
_ACCURACIES = (
    "acc | accuracy | acc norm | len norm | byte norm | pmi dc | lfw | cfp | agedb | calfw | cplfw | top 1 | top 5 | "
    "top 10 | top k | acc 1 | acc 5 | prec 1 | prec 5 | prec at 1 | prec at 5 | exact match | em | correct | percent "
    "correct | hit rate 1 | balanced accuracy | subset accuracy | accu | accurracy | bacc | macc | aacc | oacc | oa "
    "| token acc | seq acc | rank 1 | rank 5 | rank 10 | knn | linear probe | mmlu | hellaswag | arc | winogrande | "
    "boolq | piqa | gsm 8 k | humaneval | mbpp | lambada | truthfulqa | openbookqa | top 2 | top 3 | top 4 | top 20 "
    "| top 50 | top 100 | rank 20 | word acc | vqa score | joint goal accuracy | jga | partial match"
)
_QUALITIES = (
    "precision | recall | f 1 | f 2 | f beta | fbeta | fscore | f score | f measure | fmeasure | macro f 1 | micro f "
    "1 | auc | auroc | roc | roc auc | rocauc | auprc | aucpr | aupr | auc pr | pr auc | prauc | prc | gauc | pauc | "
    "average precision | ap | map | ap 50 | ap 75 | ar | mar | cmap | lwlrap | mean average precision | iou | miou | "
    "mean iou | io u | mean io u | fwiou | biou | giou | jaccard | jaccard index | dice | dice score | dsc | mdice | "
    "pq | sq | rq | panoptic quality | boundary f 1 | nsd | surface dice | "
    "psnr | ssim | ms ssim | msssim | vif | clip score | clipscore | clip sim | musiq | ndcg | dcg | mrr | mean "
    "reciprocal rank | r 1 | r 5 | r 10 | r 50 | r 100 | r at 1 | r at 5 | r at 10 | hit | hit rate | hit ratio | hr | "
    "cmc | clap | clap score | information ratio | r mean | "
    "minp | won | battle won | r precision | coverage | diversity score | bleu | sacrebleu | bleu 1 | bleu 4 | rouge "
    "| rouge 1 | rouge 2 | rouge l | rouge lsum | rougel | rougelsum | meteor | chrf | cider | spice | bertscore | "
    "bert score | bleurt | comet | sari | gleu | mcc | matthews | matthews corrcoef | kappa | cohen kappa | qwk | "
    "corr | correlation | corrcoef | spearman | spearmanr | pearson | pearsonr | "
    "pearson corr | kendall | kendall tau | ccc | concordance | c index | cindex | r 2 | r squared | rsquared | r 2 "
    "score | explained var score | nse | specificity | sensitivity | tpr | tnr | npv | ppv | true positive rate | "
    "true negative rate | gini | ks | lift | uas | las | mos | dnsmos | utmos | pesq | stoi | estoi | si sdr | sisdr "
    "| si snr | sisnr | sdr | snr | sdri | sisdri | hota | mota | motp | idf 1 | nds | amota | pck | pckh | oks | "
    "spl | nmi | ari | ami | homogeneity | completeness | v measure | silhouette | modularity | purity | hypervolume "
    "| hvi | success | success rate | win rate | winrate | win | solve rate | solved | pass rate | pass | pass at 1 "
    "| elo | trueskill | inception score | isc | is 50 k | kid score | psds | score | metric | margin | reward "
    "margin | similarity | cosine similarity | cos sim | cosine sim | sim | human norm score | normalized score | goal "
    "rate | completion rate | tm score | tmscore | gdt ts | lddt | plddt | enrichment factor | validity | uniqueness "
    "| novelty | ipc | s measure | e measure | wfm | delta 1 | delta 2 | delta 3 | a 1 | a 2 | a 3 | neg log "
    "perplexity | log likelihood | loglik | log lik | loglikelihood | logp x | test ll | ll | llk | harmonic mean | "
    "h score | h mean | hmean | ents f | ents p | ents r | cats score | sents f | sents p | sents r | dep uas | dep "
    "las | spans f | morph acc | auc mu | sharpe | ic | rank ic | icir | norm edit dis | norm ed | anls | "
    "r square | g mean | "
    "gmean | youden | bedroc | log auc | aupro | srcc | plcc | krcc | srocc | csi | hss | kge | cider d | smatch | "
    "mauve | det a | deta | ass a | assa | ods | ois | p at 1 | p at 3 | p at 5 | p at 10 | p at 20 | is mean | "
    "likelihood | pick score | image reward | px | portfolio value | gdt ha | nsdr | tpr fpr | pcc | mean rank index "
    "| visqol | within threshold"
)
_COEFFICIENTS = (
    "dice | jaccard | iou | tversky | dice similarity | corr | correlation | matthews | pearson | spearman | kendall | "
    "concordance | silhouette | gini | cohen kappa | determination"
)
"""Measures that are coefficients by name; what else is called so weighs a term or is set: ``entropy coef``."""
_ERRORS = {
    "": "mae | mse | rmse | rms | drmsd | msle | rmsle | mean absolute error | mean squared error | root mean "
    "squared error | mean absolute percentage error | mean squared logarithmic error | absolute error | squared "
    "error | abs err | sq err | l 1 | l 2 | l inf | mape | mphe | medae | median absolute error | max error | msd | "
    "rmsd | "
    "rse | rae | rrse | crps | quantile error | fair | logcosh | log cosh | energy mae | force mae | stress mae | "
    "energy rmse | force rmse",
}
_BADS = (
    "error | err | error rate | err rate | merror | top 1 err | top 5 err | misclassification | zero one | wer | cer "
    "| per | ter | mer | ser | word error rate | char error rate | character error rate | phone error rate | token "
    "error rate | eer | equal error rate | min dcf | mindcf | der | dnn error | fid | sfid | fdd | kid | fad | fvd | "
    "swd | lpips | dists | niqe | brisque | nima bad | kvd | frechet distance | fid 50 k | fid 10 k | kid 50 k | ppl "
    "2 | path length | mifid | brier | brier score | ece | mce | ace | calibration error | hamming | hamming loss | "
    "coverage error | fpr | fnr | false positive rate | false negative rate | fpr 95 | fpr at 95 | "
    "fdr | abs rel | absrel | sq rel | sqrel | silog | rmse log | log 10 | log rmse | chamfer | chamfer distance | "
    "hausdorff | hd | hd 95 | assd | asd | emd | epe | aepe | endpoint error | fl all | mpjpe | pa mpjpe | pampjpe | "
    "mpvpe | nme | ade | fde | minade | minfde | min ade | min fde | miss rate | collision rate | collision | mean "
    "rank | median rank | medr | meanr | mcd | mel cepstral distortion | lsd | regret | distance | dist | dtw | rank "
    "| divergence | gap to optimal | optimality gap | neg auc | mmd | jsd | wasserstein | wasserstein distance | "
    "invalid rate | failure | failure rate | fail rate | violation | smape | s mape | wape | wmape | mdape | mase | "
    "rmsse | owa | nrmse | nmse | nmae | nd | mean wquantile loss | wql | safety cost | episode cost | ep cost | "
    "edit distance | tic | energy distance | exploitability | nash conv | nashconv | idsw | id switch | id sw "
    "| wil | uer | hter | apcer | bpcer | acer | frr | ibs | pehe | tvd | aurc | eaurc | lamr | makespan | tardiness | "
    "drawdown | ergas | target registration error | tre | toxicity | relative error | rel err | "
    "harmonic mean rank | mr | mate | maoe | mave | maae"
)
_REWARDS = (
    "reward | rew | return | ret | episode reward | episode return | ep rew | ep ret | episodic return | ep reward | "
    "ep return | average return | undiscounted return | discounted return | cumulative reward | utility | fitness | "
    "payoff | game score | episode score | ep score | profit"
)
_PLAIN: dict[Noun, str] = {
    Noun.PERPLEXITY: "ppl | perplexity | pplx | ppx | perp",
    Noun.LEARNING_RATE: "lr | learning rate | learningrate | lrate | learn rate | lr 0 | step size | stepsize | l r",
    Noun.NORM: "norm | l 2 param | l 2 norm | weight norm | param norm | parameter norm | update norm | activation "
    "norm | norm ratio",
    Noun.GRAD_NORM: "l 2 grad | grad norm | gradient norm | gnorm | gradnorm | grad l 2 norm | gradient l 2 norm | "
    "grad 2 norm | gradient global norm | grad global norm | norm grad | norm of grad | grad mag | gradient "
    "magnitude | global norm | norm gradient | ggnorm | grad 2 0 norm | grad l 2 | gradient l 2",
    Noun.KL: "kl | kld | kldiv | kl div | kl divergence | approx kl | approxkl | kullback leibler | kl approx | mean "
    "kl | policy kl",
    Noun.ENTROPY: "entropy | ent | policy entropy | token entropy",
    Noun.THROUGHPUT: "throughput | fps | sps | tps | tgs | tok s | ips | wps | ups | bps | qps | mfu | hfu | gflop | "
    "tflop | flop s | tflop s | speed | bandwidth | token sec | goodput | it s | its | example sec | mbu | "
    "thrpt | ltps",
    Noun.EPOCH: "epoch | ep num | num epoch | epoch num | current epoch",
    Noun.COUNTER: "step | iteration | iter | update | timestep | time step | frame | interact | interaction | sample | "
    "episode | ep | tick | kimg | batch | example | minibatch | rollout | transition | env step | envstep | game | "
    "round | generation | trial | gradient step | grad step | opt step | optimizer step | image | sequence | "
    "itr | nimg | trajectory | traj | acc step | pass num | query | simulation | evaluation count",
    Noun.TOKENS: "token | token seen | ntok",
    Noun.TIME: "time | runtime | second | sec | duration | elapsed | walltime | wall clock | latency | eta | hour | "
    "hrs | hr | reader cost | batch cost | data cost | time cost | step cost | wall | uptime | dur | minute | min "
    "left | ms | msec | millisecond | timer | clock | day | time elapsed | timing | wait | timestamp",
    Noun.MEMORY: "memory | mem | vram | ram | rss | mem usage | memory usage | gpu mem | gpu memory | maxmem | peak "
    "mem | reserved | allocated | alloc | gb free | cached mem | hbm | buffer mem",
    Noun.SYSTEM: "gpu | cpu | disk | network io | power | watt | temp gpu | gpu temp | gpu util | energy joule | fan "
    "| proc | utilization gpu | system | gpu power | iter energy | nvlink | pcie | swap",
    Noun.SETTING: "scale | scaler | weight | coef | coeff | coefficient | batch size | bsz | bs | mbs | world size | "
    "weight decay | wd | momentum | mom | beta | beta 1 | beta 2 | gamma | lambda | eps | epsilon | dropout | "
    "temperature | temp | alpha | exploration rate | clip range | cliprange | threshold | warmup | schedule | seed | "
    "size | frequency | interval | horizon length | param | parameter | rank size | depth | width | resolution | "
    "exploration | exploring | noise | sigma | tau | decay | rho | factor | annealing | anneal | e clip | clip eps | "
    "eps clip | clip param | num worker | learning start | patience | lr mult | kl beta | kl coef | ent coef | vf "
    "coef | power lr | hyper | hparam | hp | multiplier | limit | budget | num param | progress | percent done | "
    "completed | remaining | difficulty | curriculum | level | stage | bucket | seqlen | teacher forcing ratio | "
    "mixup",
    Noun.DIAGNOSTIC: "ratio | frac | fraction | clipfrac | clip frac | clip fraction | clip ratio | length | len | "
    "advantage | adv | logit | logp | logprob | log prob | log ratio | log odd | odd | value | vf value | q | qval | "
    "q value | q val | q 1 | q 2 | vval | v val | target | vpred | explained variance | explained var | ev | var "
    "explained | std | stddev | stdev | standard deviation | variance | var | sparsity | activation | ess | hist | "
    "histogram | skew | kurtosis | sign | count | zero | positive | negative | true positive | false positive | true "
    "negative | false negative | percentile | curvature | gradient noise | update ratio | percentage | overflow | "
    "skipped | clipped | clip | cosine | angle | eigenvalue | codebook usage | usage | dead unit | dormant | "
    "share | proportion | effective rank | trust ratio | gradient | grad | confidence | probability | prob | "
    "delta | diff | "
    "difference | "
    "change | age | staleness | occupancy | load | utilization | util | buffer | priority | td target | bias | "
    "attention logit | kl penalty | kl reward | non score reward | baseline | mask rate | rejection rate | "
    "acceptance rate | acceptance | accept rate | rate | surrogate gain | agreement | wpb | logit scale | logit bias "
    "| time out | timeout | termination | truncation | horizon | clip factor | queue size | buffer size | replay "
    "size | nan | inf | spike | flag | index | id | gain | moment | exp avg | output | input | flo",
}


def _heads() -> dict[tuple[str, ...], Head]:
    out: dict[tuple[str, ...], Head] = {}

    def add(listed: str, kind: Noun, better: str = "", unit: str = "") -> None:
        for entry in listed.split("|"):
            words = tuple(entry.split())
            out.setdefault(words, Head(words, kind, better, unit))

    for unit, listed in _LOSSES.items():
        add(listed, Noun.LOSS, "lower", unit)
    add(_ACCURACIES, Noun.ACCURACY, "higher")
    add(_QUALITIES, Noun.QUALITY, "higher")
    for name in ("coef", "coeff", "coefficient"):
        add(" | ".join(f"{measure} {name}" for measure in _COEFFICIENTS.split(" | ")), Noun.QUALITY, "higher")
    add("coefficient of determination", Noun.QUALITY, "higher")
    for unit, listed in _ERRORS.items():
        add(listed, Noun.ERROR, "lower", unit)
    add(_BADS, Noun.QUALITY, "lower")
    add(_REWARDS, Noun.REWARD, "higher")
    better = {Noun.PERPLEXITY: "lower", Noun.THROUGHPUT: "higher"}
    for kind, listed in _PLAIN.items():
        add(listed, kind, better.get(kind, ""))
    return out


HEADS: dict[tuple[str, ...], Head] = _heads()
"""Words in the singular -> the head that they name."""
LONGEST = max(map(len, HEADS))

# --- what stands around a head -------------------------------------------------------------------------------------

POLICY = _set("policy actor pg pi surrogate surr surrgain optimgain ppo grpo trpo rloo reinforce clipobj")
VALUE = _set("value critic vf v qf qf1 qf2 q q1 q2 td bellman baseline cql vloss qloss iql fqe vfunc qfunc vfunction")
ADVERSARIAL = _set("d g disc discriminator discriminators gen generator generators adv adversarial gan dis netd netg "
                   "critics dloss gloss gd errd errg lossd lossg discr discrim")  # fmt: skip
GENERATORS = _set("g gen generator generators netg gloss lossg errg")
"""The side of a game whose loss has terms besides that of the game."""
AUXILIARY = _set(
    "aux auxiliary balance balancing router moe z zloss reg regularization regularisation regularizer penalty gp "
    "commit commitment vq codebook kl kld kldiv consistency entropy ent orthogonal ortho orth sparsity "
    "diversity alpha temperature temp exploration orthogonality curiosity intrinsic rnd icm l1reg l2reg weightdecay "
    "smoothness "
    "prior smoothing decorrelation uniformity conservative coef decay tv importance"
)
"""Terms that keep a model in bounds; neither their rise nor their fall says how well it does."""
RECONSTRUCTIONS = _set("recon reconstruction rec")
"""What the reconstruction's part of a variational autoencoder's loss is called."""
PART = _set(
    "box bbox cls classification obj objectness dfl seg mask pose kobj kpt keypoint keypoints rpn roi centerness "
    "conf xy wh iou giou diou ciou ctr cls1 cls2 reg loc localization off offset hm heatmap dim rot depth vel att "
    "attn ctc transducer mel dur duration pitch energy f0 linear postnet stop gate fm feat feature match matching "
    "perceptual vgg style content pixel recon reconstruction rec lpips charbonnier l1 l2 mse ce bce nll dice focal "
    "edge boundary strong weak source domain coarse fine enc dec dn dn0 s0 s1 ner tagger parser textcat tok2vec "
    "lemma mtp mlm nsp sop itc itm itg contrastive triplet center proto intent slot start end age gender pix percep "
    "attention perc data ic bc pde physics residual force forces stress chosen rejected sft vlb vb eikonal rgb "
    "normal photometric opacity ssim nce fea confmap"
)
"""Terms of sums that have names of their own."""
PIPELINE = _set("tok2vec vec ner tagger parser textcat lemmatizer morphologizer senter spancat")
"""Components of a pipeline that learn side by side; spaCy logs of each the sum over the updates since the last row."""
ALWAYS_PART = _set("mtp q0 q1 q2 q3 vlb vb layer level")
MAIN = _set(
    "tot lm ce nll xent main task supervised crossentropy total sum overall all full global combined whole final "
    "objective token tokens sup joint aggregated aggregate"
)  # fmt: skip
"""Qualifiers that leave a loss the headline: the total, or what a model is trained for."""
TOTAL = _set("vae tot total sum overall all full combined whole joint aggregated aggregate")
NEUTRAL = _set(
    "mean avg average averaged aver median ema sma running run moving rolling smooth smoothed current cur curr "
    "latest last final best loss losses metric metrics epoch step batch iter iteration episode per raw scalar "
    "scalars log logs logged stats stat summary vs by of the at set split macro micro cum cumulative dataset "
    "dataloader loader idx dl performance net network trainer rank 0 s progress info charts results result score2 "
    "phase online history avgd mu acc2 reduced rollup bit bits nat nats"
)
"""Words that change nothing about what a curve is."""
AXIS_SUFFIXES = _set("epoch step batch iter iteration episode minibatch")
SPREADS = _set(
    "std stddev stdev sd sem var variance min minimum max maximum frac fraction count num number hist histogram skew "
    "kurtosis range iqr percentile p5 p10 p25 p50 p75 p90 p95 p99 quantile delta diff difference change deviation "
    "low high"
)
"""Statistics that describe a spread instead of a level: what they are of is then a diagnostic."""
TURNS = _set("error err neg negative distance dist")
"""Words that turn round which way is better."""
WEAK = _set(
    "mle lift rho tau term multiclass likelihood px ctc rnnt focal contrastive triplet poisson siglip objective dcl "
    "q v value target rate output input level stage index id gain count positive negative zero image sample query "
    "game round trial win hit pass arc em ic cost metric confidence prob cosine angle divergence distance dist rank "
    "probability load noise param size hp hparam hyper age sim epoch step batch iter iteration episode example"
)
"""Nouns that are a head only where no other is beside them: a ``cer_ctc`` is an error rate."""
COUNTABLE = {
    "token": "tokens/s", "tok": "tokens/s", "sample": "samples/s", "example": "samples/s", "step": "steps/s",
    "iter": "steps/s", "iteration": "steps/s", "it": "steps/s", "frame": "frames/s", "update": "steps/s",
    "image": "samples/s", "img": "samples/s", "batch": "", "word": "", "episode": "", "byte": "", "flop": "",
    "timestep": "steps/s", "env": "steps/s", "sequence": "samples/s", "seq": "samples/s", "epoch": "", "request": "",
    "sent": "", "query": "", "gflop": "", "tflop": "", "sentence": "", "prompt": "", "item": "",
    "ray": "", "point": "", "graph": "", "atom": "", "voxel": "",
}  # fmt: skip
"""What is counted per second, and the unit of that."""
RATES = {
    "tps": "tokens/s", "ltps": "tokens/s", "tgs": "tokens/s", "sps": "steps/s", "fps": "frames/s", "ups": "steps/s",
    "its": "steps/s",
}  # fmt: skip
DURATIONS = {
    "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "ms": "ms", "msec": "ms", "millisecond": "ms",
    "milliseconds": "ms", "min": "min", "mins": "min", "minute": "min", "minutes": "min", "hour": "h", "hours": "h",
    "hr": "h", "hrs": "h", "day": "d", "days": "d", "us": "µs",
}  # fmt: skip

_LOOSE = _set(
    "ep env num n nb tot max min total ev tr va te pred approx pi vf qf obs act avg mean std clip glob loc init ref "
    "old new explained episodic undiscounted policy value actor critic macro micro weighted sparse categorical "
    "binary multiclass multilabel hard soft pos neg fake real img txt word char phone this so far since seen elapsed "
    "inverse forward backward world model lambda mini sub cum cumulative norm normalized reduced local global time "
    "wall coco voc lvis imagenet cifar gib mib kib gb mb kb tib tb chosen rejected dpo kto orpo simpo sft rm target "
    "student teacher kd distill distillation nce bn ln fc conv acc rew ret len loss lr grad "
    "keep sqr sqrt sq square squared event trend recent present"
)

VOCABULARY: frozenset[str] = frozenset(
    {w for words in HEADS for w in words}
    | EVAL_WORDS | TRAIN_WORDS | POLICY | VALUE | ADVERSARIAL | AUXILIARY | PART | MAIN | NEUTRAL | SPREADS | TURNS
    | set(COUNTABLE) | set(DURATIONS) | _LOOSE
)  # fmt: skip
"""All words that the lexicon knows: what a glued word is taken apart into."""
