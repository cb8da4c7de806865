"""A jar with the few classes of R5 that r5py touches, compiled from the lines below: r5py itself runs on it.

It is no router. Its ``TravelTimeComputer`` says one minute plus one a thousandth of a degree eastwards or
westwards, plus the percentile; 100 minutes and more are not reached. East of 0.5 degrees there is no street.
"""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

_R5 = "com.conveyal.r5"
_UNUSED = (
    "gnu.trove.map.TIntIntMap",
    "gnu.trove.map.TIntObjectMap",
    "com.conveyal.file.FileStorageKey",
    f"{_R5}.api.util.StreetSegment",
    f"{_R5}.profile.StreetPath",
    f"{_R5}.profile.SuboptimalDominatingList",
    f"{_R5}.profile.McRaptorSuboptimalPathProfileRouter",
    f"{_R5}.analyst.PointSet",
    "ch.qos.logback.classic.Level { public static Level valueOf(String s) { return new Level(); } ",
    "ch.qos.logback.classic.Logger { public void setLevel(Level l) { } ",
)
_ENUMS = {
    f"{_R5}.api.util.LegMode": "WALK, BICYCLE, CAR, BICYCLE_RENT, CAR_PARK",
    f"{_R5}.api.util.TransitModes": "AIR, TRAM, SUBWAY, RAIL, BUS, FERRY, CABLE_CAR, GONDOLA, FUNICULAR, "
    "TRANSIT",
    f"{_R5}.profile.StreetMode": "WALK, BICYCLE, CAR",
}
_CLASSES = {
    "ch.qos.logback.classic.LoggerContext": """class LoggerContext {
        public Logger getLogger(String s) { return new Logger(); } }""",
    "org.slf4j.LoggerFactory": """class LoggerFactory {
        public static ch.qos.logback.classic.LoggerContext getILoggerFactory() {
            return new ch.qos.logback.classic.LoggerContext(); } }""",
    "org.locationtech.jts.geom.Envelope": """class Envelope {
        public double getMinX() { return -1; } public double getMaxX() { return 1; }
        public double getMinY() { return -1; } public double getMaxY() { return 1; } }""",
    "com.conveyal.analysis.components.WorkerComponents": """class WorkerComponents {
        public static com.conveyal.file.FileStorage fileStorage; }""",
    "com.conveyal.file.FileStorage": """interface FileStorage {
        void moveIntoStorage(FileStorageKey k, java.io.File f); java.io.File getFile(FileStorageKey k);
        String getURL(FileStorageKey k); void delete(FileStorageKey k);
        boolean exists(FileStorageKey k); }""",
    "com.conveyal.gtfs.GTFSFeed": """class GTFSFeed {
        public java.util.List<GTFSError> errors = new java.util.ArrayList<>();
        public static class GTFSError { public String errorType = "ParseError";
            public String getMessageWithContext() { return "odd value"; } }
        public static GTFSFeed writableTempFileFromGtfs(String file) {
            GTFSFeed f = new GTFSFeed(); f.errors.add(new GTFSError()); return f; }
        public void close() { } }""",
    "com.conveyal.osmlib.OSM": """class OSM {
        public boolean intersectionDetection; public OSM(String f) { } public void close() { }
        public void readFromFile(String f) {
            if (new java.io.File(f).length() == 0) throw new RuntimeException("empty extract"); } }""",
    f"{_R5}.transit.TransportNetwork": """class TransportNetwork {
        public String scenarioId; public com.conveyal.r5.streets.StreetLayer streetLayer;
        public TransitLayer transitLayer; public LinkageCache linkageCache = new LinkageCache();
        public static class LinkageCache { public Object getLinkage(com.conveyal.r5.analyst.PointSet p,
            com.conveyal.r5.streets.StreetLayer l, com.conveyal.r5.profile.StreetMode m) {
                return null; } } }""",
    f"{_R5}.transit.TransitLayer": """class TransitLayer {
        public boolean saveShapes; public TransportNetwork parentNetwork;
        public java.util.List<Service> services = java.util.List.of(new Service());
        public static class Service { public boolean activeOn(java.time.LocalDate d) { return true; } }
        public void loadFromGtfs(com.conveyal.gtfs.GTFSFeed f, GtfsTransferLoader l) { }
        public void rebuildTransientIndexes() { } public void buildDistanceTables(Object o) { } }""",
    f"{_R5}.transit.GtfsTransferLoader": """class GtfsTransferLoader { public GtfsTransferLoader(
        TransitLayer l, com.conveyal.r5.analyst.cluster.TransportNetworkConfig.TransferConfig c) { } }""",
    f"{_R5}.transit.TransferFinder": """class TransferFinder {
        public TransferFinder(TransportNetwork n, GtfsTransferLoader l) { }
        public void findTransfers() { } public void findParkRideTransfer() { } }""",
    f"{_R5}.kryo.KryoNetworkSerializer": """class KryoNetworkSerializer {
        public static com.conveyal.r5.transit.TransportNetwork read(java.io.File f)
            throws java.io.FileNotFoundException { throw new java.io.FileNotFoundException(f.getPath()); }
        public static void write(com.conveyal.r5.transit.TransportNetwork n, java.io.File f) { } }""",
    f"{_R5}.streets.Split": "class Split { public int fixedLon, fixedLat; }",
    f"{_R5}.streets.VertexStore": "class VertexStore { public static final double FIXED_FACTOR = 1e7; }",
    f"{_R5}.streets.StreetRouter": "class StreetRouter { public static class State { } }",
    f"{_R5}.streets.StreetLayer": """class StreetLayer {
        public static final double LINK_RADIUS_METERS = 1600;
        public com.conveyal.r5.transit.TransportNetwork parentNetwork;
        public org.locationtech.jts.geom.Envelope envelope = new org.locationtech.jts.geom.Envelope();
        public void loadFromOsm(com.conveyal.osmlib.OSM o) { } public void indexStreets() { }
        public void associateStops(com.conveyal.r5.transit.TransitLayer l) { }
        public void buildEdgeLists() { }
        public Split findSplit(double lat, double lon, double radius, com.conveyal.r5.profile.StreetMode m) {
            if (lon >= 0.5) return null;
            Split s = new Split(); s.fixedLon = (int) (lon * 1e7); s.fixedLat = (int) (lat * 1e7);
            return s; } }""",
    f"{_R5}.profile.ProfileRequest": """class ProfileRequest implements Cloneable {
        public double fromLat, fromLon; public int fromTime, toTime; public float walkSpeed, bikeSpeed;
        public int bikeTrafficStress, streetTime, maxWalkTime, maxBikeTime, maxCarTime;
        public int maxTripDurationMinutes, maxRides, monteCarloDraws; public java.time.LocalDate date;
        public java.util.EnumSet<com.conveyal.r5.api.util.LegMode> accessModes, egressModes, directModes;
        public java.util.EnumSet<com.conveyal.r5.api.util.TransitModes> transitModes;
        public com.conveyal.r5.analyst.scenario.Scenario scenario; public String scenarioId;
        public ProfileRequest clone() {
            try { return (ProfileRequest) super.clone(); }
            catch (CloneNotSupportedException e) { throw new RuntimeException(e); } } }""",
    f"{_R5}.analyst.cluster.TransportNetworkConfig": """class TransportNetworkConfig {
        public enum TransferConfig { OSM_ONLY } }""",
    f"{_R5}.analyst.cluster.AnalysisWorkerTask": """abstract class AnalysisWorkerTask
        extends com.conveyal.r5.profile.ProfileRequest {
        public boolean makeTauiSite; public int[] percentiles;
        public transient com.conveyal.r5.analyst.PointSet[] destinationPointSets; }""",
    f"{_R5}.analyst.cluster.RegionalTask": """class RegionalTask extends AnalysisWorkerTask {
        public boolean recordTimes, oneToOne, recordAccessibility;
        public RegionalTask clone() { return (RegionalTask) super.clone(); } }""",
    f"{_R5}.analyst.cluster.TravelTimeResult": """class TravelTimeResult {
        int[][] values; public TravelTimeResult(int[][] v) { values = v; }
        public int[][] getValues() { return values; } }""",
    f"{_R5}.analyst.scenario.Scenario": "class Scenario { public String id; }",
    f"{_R5}.analyst.scenario.RasterCost": """class RasterCost {
        public enum CostFunction { TOBLER, MINETTI } }""",
    f"{_R5}.OneOriginResult": """class OneOriginResult {
        public final com.conveyal.r5.analyst.cluster.TravelTimeResult travelTimes;
        public OneOriginResult(com.conveyal.r5.analyst.cluster.TravelTimeResult t) { travelTimes = t; } }""",
    f"{_R5}.analyst.FreeFormPointSet": """class FreeFormPointSet extends PointSet {
        public String[] ids; public double[] lats, lons;
        public FreeFormPointSet(java.io.InputStream stream) throws java.io.IOException {
            java.io.DataInputStream in = new java.io.DataInputStream(stream); int n = in.readInt();
            ids = new String[n]; lats = new double[n]; lons = new double[n];
            for (int i = 0; i < n; i++) ids[i] = in.readUTF();
            for (int i = 0; i < n; i++) lats[i] = in.readDouble();
            for (int i = 0; i < n; i++) lons[i] = in.readDouble(); } }""",
    f"{_R5}.analyst.TravelTimeComputer": """class TravelTimeComputer {
        public static String last = ""; com.conveyal.r5.analyst.cluster.AnalysisWorkerTask t;
        public TravelTimeComputer(com.conveyal.r5.analyst.cluster.AnalysisWorkerTask t,
            com.conveyal.r5.transit.TransportNetwork n) { this.t = t; }
        public com.conveyal.r5.OneOriginResult computeTravelTimes() {
            if (t.percentiles.length > 5) throw new IllegalArgumentException("more than 5 percentiles");
            if (t.maxRides == 7) throw new OutOfMemoryError("Java heap space");
            last = t.date + " " + t.fromTime + "-" + t.toTime + " walk " + t.walkSpeed + " m/s "
                + t.maxWalkTime + " min, trip " + t.maxTripDurationMinutes + ", rides " + t.maxRides
                + ", draws " + t.monteCarloDraws + " " + t.accessModes + t.egressModes + t.directModes + " "
                + t.transitModes.size() + " modes";
            double[] lons = ((FreeFormPointSet) t.destinationPointSets[0]).lons;
            int[][] v = new int[t.percentiles.length][lons.length];
            for (int p = 0; p < v.length; p++) for (int i = 0; i < lons.length; i++) {
                int m = 1 + (int) Math.rint(1000 * Math.abs(lons[i] - t.fromLon));
                v[p][i] = m < 100 ? m + t.percentiles[p] : Integer.MAX_VALUE; }
            return new com.conveyal.r5.OneOriginResult(
                new com.conveyal.r5.analyst.cluster.TravelTimeResult(v)); } }""",
}


def compile_stub(java_home: Path, folder: Path) -> Path | None:
    """The jar, or None where this Java has no compiler."""
    compiler = shutil.which(str(java_home / "bin" / "javac"))
    if compiler is None:
        return None
    sources = {name.split(" ")[0]: _unused(name) for name in _UNUSED}
    sources |= {
        name: f"public enum {name.rpartition('.')[2]} {{ {values} }}" for name, values in _ENUMS.items()
    }
    sources |= {name: f"public {body}" for name, body in _CLASSES.items()}
    for name, body in sources.items():
        package, _, short = name.rpartition(".")
        file = folder / "src" / package.replace(".", "/") / f"{short}.java"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"package {package};\n{body}\n", encoding="utf-8")
    files = [str(file) for file in (folder / "src").rglob("*.java")]
    subprocess.run([compiler, "-d", str(folder / "classes"), *files], check=True, timeout=120)
    jar = folder / "r5-stub-all.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        for file in sorted((folder / "classes").rglob("*.class")):
            archive.write(file, file.relative_to(folder / "classes"))
    return jar


def _unused(name: str) -> str:
    """A class that r5py only imports; it may have a few members."""
    full, _, members = name.partition(" ")
    return f"public class {full.rpartition('.')[2]} {members or '{ '} }}"
